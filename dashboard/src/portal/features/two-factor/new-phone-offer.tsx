import { useState } from "react";
import { EnrollmentFlow } from "../../../features/two-factor/enrollment-flow.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Dialog } from "../../../ui/dialog.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

/** For a client who signed in with a recovery code, and may have lost the phone. */
export function NewPhoneOffer() {
  const { offersNewPhone, setOffersNewPhone } = usePortal();
  const { newPhone: say } = usePortalWords();
  const [isEnrolling, setEnrolling] = useState(false);
  if (!offersNewPhone) return null;
  const close = () => {
    history.replaceState(null, "");
    setOffersNewPhone(false);
  };
  return (
    <>
      <Banner tone="warning">
        <p>{say.offer}</p>
        <div className="flex flex-wrap gap-2 pt-2">
          <Button size="small" onPress={() => setEnrolling(true)}>
            {say.setUp}
          </Button>
          <Button size="small" look="quiet" onPress={close}>
            {say.notNow}
          </Button>
        </div>
      </Banner>
      <Dialog title={say.setUp} isOpen={isEnrolling} onClose={() => setEnrolling(false)} isPersistent>
        <EnrollmentFlow isReplacing onDone={close} onCancel={() => setEnrolling(false)} />
      </Dialog>
    </>
  );
}
