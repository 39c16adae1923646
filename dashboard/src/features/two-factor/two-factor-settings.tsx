import { useState, type FormEvent } from "react";
import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Badge } from "../../ui/badge.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Day } from "../../ui/date-time.js";
import { Actions, Dialog } from "../../ui/dialog.js";
import { PasskeySettings } from "../passkeys/passkey-settings.js";
import { CodeInput } from "./code-input.js";
import { EnrollmentFlow } from "./enrollment-flow.js";
import { RecoveryCodesPanel } from "./recovery-codes-panel.js";

export const TwoFactorSettings_twoFactor = graphql(`
  fragment TwoFactorSettings_twoFactor on TwoFactorStatus {
    enrolled
    enrolledAt
    required
    recoveryCodesRemaining
  }
`);
const TwoFactorSettings_disable = graphql(
  `
    mutation TwoFactorSettings_disable($input: CodeInput!) {
      disableTwoFactor(input: $input) {
        twoFactor {
          enrolled
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const TwoFactorSettings_regenerate = graphql(
  `
    mutation TwoFactorSettings_regenerate($input: CodeInput!) {
      regenerateRecoveryCodes(input: $input) {
        recoveryCodes
        ...Problems
      }
    }
  `,
  [Problems],
);

/** One's own two-factor authentication: set up, new recovery codes, passkeys, off. `onChanged`: read the status again. */
export function TwoFactorSettings(props: {
  twoFactor: FragmentOf<typeof TwoFactorSettings_twoFactor>;
  /** The login email, where a code may be mailed. */
  email: string;
  onChanged: () => void;
}) {
  const twoFactor = readFragment(TwoFactorSettings_twoFactor, props.twoFactor);
  const { twoFactor: say, signIn } = useWords();
  const [open, setOpen] = useState<"enroll" | "regenerate" | "disable" | null>(null);
  const close = () => {
    setOpen(null);
    props.onChanged();
  };
  return (
    <div className="flex flex-col items-start gap-3 text-sm">
      {twoFactor.enrolled ? (
        <>
          <p className="flex flex-wrap items-center gap-2">
            <Badge tone="success">{say.on}</Badge>
            {twoFactor.enrolledAt && <span className="text-muted">{say.since(<Day on={twoFactor.enrolledAt} />)}</span>}
            <span className="text-muted">{say.codesLeft(twoFactor.recoveryCodesRemaining)}</span>
          </p>
          {twoFactor.recoveryCodesRemaining <= 3 && <Banner tone="warning">{say.fewLeft}</Banner>}
          <div className="flex flex-wrap gap-2">
            <Button onPress={() => setOpen("regenerate")}>{say.newCodes}</Button>
            {!twoFactor.required && <Button onPress={() => setOpen("disable")}>{say.turnOff}</Button>}
          </div>
          <PasskeySettings />
        </>
      ) : (
        <>
          <p className="flex flex-wrap items-center gap-2">
            <Badge>{say.off}</Badge>
            <span className="text-muted">{say.whatItDoes}</span>
          </p>
          <Button look="primary" onPress={() => setOpen("enroll")}>
            {signIn.setUpTwoFactor}
          </Button>
        </>
      )}
      <Dialog title={signIn.setUpTwoFactor} isOpen={open === "enroll"} onClose={close} isPersistent>
        <EnrollmentFlow email={props.email} onDone={close} onCancel={close} />
      </Dialog>
      <Dialog title={say.newCodes} isOpen={open === "regenerate"} onClose={close} isPersistent>
        <RegenerateForm onClose={close} />
      </Dialog>
      <Dialog title={say.turnOffTitle} isOpen={open === "disable"} onClose={close}>
        <DisableForm onClose={close} />
      </Dialog>
    </div>
  );
}

function RegenerateForm({ onClose }: { onClose: () => void }) {
  const { act, isPending, problems } = useAct(TwoFactorSettings_regenerate);
  const { twoFactor: say, ui } = useWords();
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await act({ input: { code } });
    if (payload?.recoveryCodes) setCodes(payload.recoveryCodes);
    else setCode("");
  };
  if (codes) return <RecoveryCodesPanel codes={codes} onSaved={onClose} />;
  const other = otherProblems(problems, "code");
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{say.oldCodesStop}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      <CodeInput value={code} onChange={setCode} error={problemOf(problems, "code")} />
      <Actions>
        <Button onPress={onClose}>{ui.cancel}</Button>
        <Button type="submit" look="primary" isPending={isPending}>
          {say.makeNewCodes}
        </Button>
      </Actions>
    </form>
  );
}

function DisableForm({ onClose }: { onClose: () => void }) {
  const { act, isPending, problems } = useAct(TwoFactorSettings_disable);
  const { twoFactor: say, ui } = useWords();
  const [code, setCode] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await act({ input: { code } });
    if (payload) onClose();
    else setCode("");
  };
  const other = otherProblems(problems, "code");
  return (
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">{say.whenOff}</p>
      {other && <Banner tone="danger">{other}</Banner>}
      <CodeInput value={code} onChange={setCode} error={problemOf(problems, "code")} />
      <Actions>
        <Button onPress={onClose}>{ui.cancel}</Button>
        <Button type="submit" look="danger" isPending={isPending}>
          {say.turnOff}
        </Button>
      </Actions>
    </form>
  );
}
