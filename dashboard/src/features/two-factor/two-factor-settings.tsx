import { useState } from "react";
import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { ActForm } from "../../ui/act-form.js";
import { Badge } from "../../ui/badge.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Day } from "../../ui/date-time.js";
import { Dialog } from "../../ui/dialog.js";
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

/** The viewer's own two-factor authentication: set it up, get new recovery codes, manage passkeys, turn it off. `onChanged`: reload the status. */
export function TwoFactorSettings(props: {
  twoFactor: FragmentOf<typeof TwoFactorSettings_twoFactor>;
  /** The login email, to which a code may be mailed. */
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
            {twoFactor.enrolledAt && <span className="text-muted">·</span>}
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
  const { twoFactor: say } = useWords();
  const [code, setCode] = useState("");
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const submit = async () => {
    const { payload } = await act({ input: { code } });
    if (payload?.recoveryCodes) setCodes(payload.recoveryCodes);
    else setCode("");
  };
  if (codes) return <RecoveryCodesPanel codes={codes} onSaved={onClose} />;
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onClose}
      confirmLabel={say.makeNewCodes}
      isPending={isPending}
      error={otherProblems(problems, "code")}
      intro={<p className="text-sm text-muted">{say.oldCodesStop}</p>}
    >
      <CodeInput value={code} onChange={setCode} error={problemOf(problems, "code")} />
    </ActForm>
  );
}

function DisableForm({ onClose }: { onClose: () => void }) {
  const { act, isPending, problems } = useAct(TwoFactorSettings_disable);
  const { twoFactor: say } = useWords();
  const [code, setCode] = useState("");
  const submit = async () => {
    const { payload } = await act({ input: { code } });
    if (payload) onClose();
    else setCode("");
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={onClose}
      confirmLabel={say.turnOff}
      isPending={isPending}
      error={otherProblems(problems, "code")}
      intro={<p className="text-sm text-muted">{say.whenOff}</p>}
      isDanger
    >
      <CodeInput value={code} onChange={setCode} error={problemOf(problems, "code")} />
    </ActForm>
  );
}
