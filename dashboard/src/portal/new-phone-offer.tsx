import { useState } from "react";
import { EnrollmentFlow } from "../features/two-factor/enrollment-flow.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { Dialog } from "../ui/dialog.js";
import { usePortal } from "./session.js";

/** For a client who came in by a recovery code: the phone may be gone. */
export function NewPhoneOffer() {
  const { offersNewPhone, setOffersNewPhone } = usePortal();
  const [isEnrolling, setEnrolling] = useState(false);
  if (!offersNewPhone) return null;
  const close = () => {
    history.replaceState(null, "");
    setOffersNewPhone(false);
  };
  return (
    <>
      <Banner tone="warning">
        <p>You came in with a recovery code, which is used up now. Is your phone gone? Set up a new one.</p>
        <div className="flex flex-wrap gap-2 pt-2">
          <Button size="small" onPress={() => setEnrolling(true)}>
            Set up a new phone
          </Button>
          <Button size="small" look="quiet" onPress={close}>
            Not now
          </Button>
        </div>
      </Banner>
      <Dialog title="Set up a new phone" isOpen={isEnrolling} onClose={() => setEnrolling(false)} isPersistent>
        <EnrollmentFlow isReplacing onDone={close} onCancel={() => setEnrolling(false)} />
      </Dialog>
    </>
  );
}
