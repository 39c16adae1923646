import { useCallback, useEffect, useRef, useState } from "react";
import { askedToEnroll, readDigitCode } from "@gatehouse/shared";
import { graphql, type ResultOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct, type Problem } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { Loading } from "../../ui/spinner.js";
import { TextField } from "../../ui/text-field.js";
import { CodeInput } from "./code-input.js";
import { MailedCodeForm } from "./mailed-code-form.js";
import { RecoveryCodesPanel } from "./recovery-codes-panel.js";

const EnrollmentFlow_begin = graphql(
  `
    mutation EnrollmentFlow_begin($input: BeginTwoFactorEnrollmentInput!) {
      beginTwoFactorEnrollment(input: $input) {
        enrollment {
          secret
          qrCode
          otpauthUri
          expiresAt
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const EnrollmentFlow_confirm = graphql(
  `
    mutation EnrollmentFlow_confirm($input: ConfirmTwoFactorEnrollmentInput!) {
      confirmTwoFactorEnrollment(input: $input) {
        recoveryCodes
        signedIn {
          landingRequestId
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
type Pending = NonNullable<ResultOf<typeof EnrollmentFlow_begin>["beginTwoFactorEnrollment"]["enrollment"]>;
type Confirmed = ResultOf<typeof EnrollmentFlow_confirm>["confirmTwoFactorEnrollment"];

/** Passed on by a sign-in that requires enrollment; left out in a session. */
export interface EnrollmentStart {
  enrollmentToken: string;
  emailCodeRequired: boolean;
  maskedEmail: string;
}

/** Whether the server has mailed a code and waits for it. */
const isMailed = (problems: readonly Problem[]) => problems.some(({ code }) => code === "EMAIL_CODE_REQUIRED");

/**
 * Sets up an authenticator: if required, the mailed code first; then the QR code and key, a code that proves it, and the recovery codes.
 * `onDone` is called once the codes are saved. With a start, the person is then signed in, perhaps with a request to be opened now.
 */
export function EnrollmentFlow(props: {
  start?: EnrollmentStart;
  /** A new phone replaces the old one: a currently valid code is required first. */
  isReplacing?: boolean;
  /** In a session: the address to which a code is mailed if the sign-in did not prove the mailbox. */
  email?: string;
  onDone: (landingRequestId: string | null) => void;
  onCancel: () => void;
}) {
  const { start, isReplacing = false, email, onDone, onCancel } = props;
  const begin = useAct(EnrollmentFlow_begin);
  const confirm = useAct(EnrollmentFlow_confirm);
  const { twoFactor: say, signIn, ui } = useWords();
  const [pending, setPending] = useState<Pending | null>(null);
  const [confirmed, setConfirmed] = useState<Confirmed | null>(null);
  const [presentCode, setPresentCode] = useState("");
  /** In a session only the server knows whether the mailbox was proven; the first request shows it. */
  const [isMailAsked, setMailAsked] = useState(start?.emailCodeRequired ?? false);
  const [isCodeGiven, setCodeGiven] = useState(false);
  const [code, setCode] = useState("");
  const enrollmentToken = start?.enrollmentToken ?? null;
  const asked = askedToEnroll({ isEnrolled: isReplacing, isMailboxProven: !isMailAsked });

  const { act: beginAct } = begin;
  const beginWith = useCallback(
    async (proof: { emailCode?: string; currentCode?: string } = {}) => {
      setCodeGiven(proof.emailCode !== undefined);
      const { payload, problems } = await beginAct({ input: { enrollmentToken, ...proof } });
      setPending(payload?.enrollment ?? null);
      if (isMailed(problems)) setMailAsked(true);
      return problems;
    },
    [beginAct, enrollmentToken],
  );
  // StrictMode runs effects twice; the second would replace the secret that the first one shows.
  const isBegun = useRef(false);
  useEffect(() => {
    if (asked !== null || isBegun.current) return;
    isBegun.current = true;
    void beginWith();
  }, [asked, beginWith]);

  const sendCode = async () => {
    const { payload } = await confirm.act({ input: { enrollmentToken, code } });
    if (payload) setConfirmed(payload);
    else if (readDigitCode(code) !== null) setCode("");
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
      <Form onSubmit={sendCode} className="flex flex-col gap-4">
        <p className="text-sm text-muted">{say.scan}</p>
        <img src={pending.qrCode} alt={say.qrCode} className="size-64 self-center rounded-md bg-white p-2" />
        <p className="text-sm text-muted">
          {say.onThisPhone((text) => (
            <a className="link" href={pending.otpauthUri}>
              {text}
            </a>
          ))}
        </p>
        <code
          aria-label={say.key}
          translate="no"
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
      </Form>
    );
  }
  const problem = otherProblems(begin.problems, "emailCode", "currentCode", "code");
  switch (asked) {
    case null:
      return problem ? (
        <div className="flex flex-col gap-4">
          <Banner tone="danger">{problem}</Banner>
          <Button onPress={onCancel}>{ui.back}</Button>
        </div>
      ) : (
        <Loading label={say.preparing} />
      );
    case "MAILED_CODE":
      return (
        <MailedCodeForm
          // The first request for a code is not an error that the person made.
          problems={isCodeGiven ? begin.problems : begin.problems.filter((found) => !isMailed([found]))}
          isPending={begin.isPending}
          onCode={(emailCode) => beginWith({ emailCode })}
          {...(start ? {} : { onSendAgain: async () => isMailed(await beginWith()) })}
          cancelLabel={start ? signIn.startAgain : ui.cancel}
          onCancel={onCancel}
        >
          {start && <>{say.isRequired} </>}
          {say.mailedCode(
            <strong translate="no" className="text-ink">
              {start?.maskedEmail ?? email}
            </strong>,
          )}
        </MailedCodeForm>
      );
    case "PRESENT_CODE":
      return (
        <Form onSubmit={() => beginWith({ currentCode: presentCode })} className="flex flex-col gap-4">
          <p className="text-sm text-muted">{say.proveFirst}</p>
          {problem && <Banner tone="danger">{problem}</Banner>}
          <TextField
            label={say.presentCode}
            value={presentCode}
            onChange={setPresentCode}
            error={problemOf(begin.problems, "currentCode") ?? problemOf(begin.problems, "code")}
            autoComplete="off"
            isRequired
            mono
          />
          <Button type="submit" look="primary" isPending={begin.isPending}>
            {ui.continue}
          </Button>
          <Button look="quiet" onPress={onCancel}>
            {ui.cancel}
          </Button>
        </Form>
      );
  }
}
