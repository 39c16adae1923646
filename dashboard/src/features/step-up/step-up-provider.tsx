import { useCallback, useRef, useState, type ReactNode } from "react";
import { useQuery } from "urql";
import { StepUpContext } from "../../graphql/step-up-context.js";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { ActForm } from "../../ui/act-form.js";
import { Button } from "../../ui/button.js";
import { Dialog } from "../../ui/dialog.js";
import { supportsPasskeys, usePasskeyProof } from "../passkeys/use-passkey-proof.js";
import { PasswordInput } from "../passwords/password-field.js";
import { UsernameForManagers } from "../passwords/username-for-managers.js";
import { CodeInput } from "../two-factor/code-input.js";

const StepUpProvider_stepUp = graphql(
  `
    mutation StepUpProvider_stepUp($input: StepUpInput!) {
      stepUp(input: $input) {
        session {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

const StepUpProvider_passkeys = graphql(`
  query StepUpProvider_passkeys {
    passkeys {
      id
    }
  }
`);

/**
 * Everything inside can ask for a step-up. `email`: the viewer's login, for password managers; null for whoever has none.
 * `hasTwoFactor`: then the code is asked together with the password.
 */
export function StepUpProvider(props: { email: string | null; hasTwoFactor: boolean; children: ReactNode }) {
  const { email, hasTwoFactor, children } = props;
  const { stepUp: say } = useWords();
  const [isOpen, setOpen] = useState(false);
  const settle = useRef<(proven: boolean) => void>(() => undefined);
  const ask = useCallback(
    () =>
      new Promise<boolean>((resolve) => {
        settle.current = resolve;
        setOpen(true);
      }),
    [],
  );
  const close = (proven: boolean) => {
    setOpen(false);
    settle.current(proven);
  };
  return (
    <StepUpContext.Provider value={ask}>
      {children}
      <Dialog title={say.title} isOpen={isOpen} onClose={() => close(false)}>
        <StepUpForm email={email} hasTwoFactor={hasTwoFactor} onDone={close} />
      </Dialog>
    </StepUpContext.Provider>
  );
}

function StepUpForm(props: { email: string | null; hasTwoFactor: boolean; onDone: (proven: boolean) => void }) {
  const { email, hasTwoFactor, onDone } = props;
  const { act, isPending, problems } = useAct(StepUpProvider_stepUp);
  const [{ data }] = useQuery({ query: StepUpProvider_passkeys, pause: !hasTwoFactor, requestPolicy: "network-only" });
  const passkey = usePasskeyProof();
  const { stepUp: say } = useWords();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const submit = async () => {
    const { payload } = await act({ input: { password, code: hasTwoFactor ? code : null } });
    if (payload) onDone(true);
  };
  const submitPasskey = async () => {
    const passkeyResponse = await passkey.prove(null);
    if (passkeyResponse === null) return;
    const { payload } = await act({ input: { password, passkeyResponse } });
    if (payload) onDone(true);
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={() => onDone(false)}
      confirmLabel={say.confirm}
      isPending={isPending}
      error={passkey.problem ?? otherProblems(problems, "password", "code")}
      intro={<p className="text-sm text-muted">{say.why}</p>}
    >
      {email !== null && <UsernameForManagers email={email} />}
      <PasswordInput
        label={say.password}
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        error={problemOf(problems, "password")}
      />
      {hasTwoFactor && <CodeInput value={code} onChange={setCode} error={problemOf(problems, "code")} />}
      {supportsPasskeys() && (data?.passkeys.length ?? 0) > 0 && (
        <Button
          look="quiet"
          isPending={passkey.isPending}
          isDisabled={password === ""}
          onPress={() => void submitPasskey()}
        >
          {say.usePasskey}
        </Button>
      )}
    </ActForm>
  );
}
