import { useEffect, useRef, useState, type FormEvent } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Loading } from "../../ui/spinner.js";
import { TextField } from "../../ui/text-field.js";
import { CodeInput } from "./code-input.js";
import { RecoveryCodesPanel } from "./recovery-codes-panel.js";

const EnrollmentFlow_begin = graphql(`
  mutation EnrollmentFlow_begin($input: BeginTwoFactorEnrollmentInput!) {
    beginTwoFactorEnrollment(input: $input) {
      enrollment {
        secret
        qrCode
        otpauthUri
        expiresAt
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);
const EnrollmentFlow_confirm = graphql(`
  mutation EnrollmentFlow_confirm($input: ConfirmTwoFactorEnrollmentInput!) {
    confirmTwoFactorEnrollment(input: $input) {
      recoveryCodes
      signedIn {
        landingRequestId
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`);
type Pending = NonNullable<ResultOf<typeof EnrollmentFlow_begin>["beginTwoFactorEnrollment"]["enrollment"]>;
type Confirmed = ResultOf<typeof EnrollmentFlow_confirm>["confirmTwoFactorEnrollment"];

/** What a sign-in that must enrol hands on; left out by someone who is signed in. */
export interface EnrollmentStart {
  enrollmentToken: string;
  emailCodeRequired: boolean;
  maskedEmail: string;
}

/**
 * Sets up an authenticator: where asked, the mailed code; then QR and key, a code that proves it, and the recovery codes.
 * `onDone` is called once the codes are saved; with a start it means "signed in", too, perhaps for a request to be opened now.
 */
export function EnrollmentFlow(props: {
  start?: EnrollmentStart;
  /** Another phone takes over: a code that is good now is asked first. */
  isReplacing?: boolean;
  onDone: (landingRequestId: string | null) => void;
  onCancel: () => void;
}) {
  const { start, isReplacing = false, onDone, onCancel } = props;
  const begin = useAct(EnrollmentFlow_begin);
  const confirm = useAct(EnrollmentFlow_confirm);
  const { twoFactor: say, signIn, ui } = useWords();
  const [pending, setPending] = useState<Pending | null>(null);
  const [confirmed, setConfirmed] = useState<Confirmed | null>(null);
  const [firstCode, setFirstCode] = useState("");
  const [code, setCode] = useState("");
  const enrollmentToken = start?.enrollmentToken ?? null;
  const asksMail = start?.emailCodeRequired ?? false;
  const asksFirst = asksMail || isReplacing;

  const { act: beginAct } = begin;
  // StrictMode runs effects twice; the second would replace the secret that the first one shows.
  const isBegun = useRef(false);
  useEffect(() => {
    if (asksFirst || isBegun.current) return;
    isBegun.current = true;
    void beginAct({ input: { enrollmentToken } }).then(({ payload }) => setPending(payload?.enrollment ?? null));
  }, [asksFirst, beginAct, enrollmentToken]);

  const sendFirstCode = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await beginAct({
      input: { enrollmentToken, [asksMail ? "emailCode" : "currentCode"]: firstCode },
    });
    setPending(payload?.enrollment ?? null);
  };
  const sendCode = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await confirm.act({ input: { enrollmentToken, code } });
    if (payload) setConfirmed(payload);
    else setCode("");
  };

  if (confirmed)
    return (
      <RecoveryCodesPanel
        codes={confirmed.recoveryCodes ?? []}
        onSaved={() => onDone(confirmed.signedIn?.landingRequestId ?? null)}
      />
    );
  if (pending) {
    const other = otherProblems(confirm.problems, "code");
    return (
      <form onSubmit={(event) => void sendCode(event)} className="flex flex-col gap-4">
        <p className="text-sm text-muted">{say.scan}</p>
        <img src={pending.qrCode} alt={say.qrCode} className="size-52 self-center rounded-md bg-white p-2" />
        <p className="text-sm text-muted">
          {say.onThisPhone((text) => (
            <a className="link" href={pending.otpauthUri}>
              {text}
            </a>
          ))}
        </p>
        <code
          aria-label={say.key}
          className="rounded-md bg-sunken p-3 text-center font-mono text-sm break-words select-all"
        >
          {pending.secret.match(/.{1,4}/g)?.join(" ")}
        </code>
        {other && <Banner tone="danger">{other}</Banner>}
        <CodeInput value={code} onChange={setCode} error={problemOf(confirm.problems, "code")} />
        <Button type="submit" look="primary" isPending={confirm.isPending}>
          {say.turnOn}
        </Button>
        <Button look="quiet" onPress={onCancel}>
          {ui.cancel}
        </Button>
      </form>
    );
  }
  const problem = otherProblems(begin.problems, "emailCode", "currentCode", "code");
  if (!asksFirst)
    return problem ? (
      <div className="flex flex-col gap-4">
        <Banner tone="danger">{problem}</Banner>
        <Button onPress={onCancel}>{ui.back}</Button>
      </div>
    ) : (
      <Loading label={say.preparing} />
    );
  return (
    <form onSubmit={(event) => void sendFirstCode(event)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">
        {asksMail ? say.mailedCode(<strong className="text-ink">{start?.maskedEmail}</strong>) : say.proveFirst}
      </p>
      {problem && <Banner tone="danger">{problem}</Banner>}
      {asksMail ? (
        <CodeInput
          label={say.codeFromEmail}
          value={firstCode}
          onChange={setFirstCode}
          error={problemOf(begin.problems, "emailCode")}
        />
      ) : (
        <TextField
          label={say.presentCode}
          value={firstCode}
          onChange={setFirstCode}
          error={problemOf(begin.problems, "currentCode") ?? problemOf(begin.problems, "code")}
          autoComplete="off"
          isRequired
          mono
        />
      )}
      <Button type="submit" look="primary" isPending={begin.isPending}>
        {ui.continue}
      </Button>
      <Button look="quiet" onPress={onCancel}>
        {start ? signIn.startAgain : ui.cancel}
      </Button>
    </form>
  );
}
