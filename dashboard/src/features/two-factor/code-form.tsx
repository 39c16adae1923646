import { useState } from "react";
import { readDigitCode } from "@gatehouse/shared";
import { graphql } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { Banner } from "../../ui/banner.js";
import { Button } from "../../ui/button.js";
import { Form } from "../../ui/form.js";
import { Checkbox } from "../../ui/checkbox.js";
import { TextField } from "../../ui/text-field.js";
import type { SignedInBy } from "../sessions/signed-in-by.js";
import { supportsPasskeys, usePasskeyProof } from "../passkeys/use-passkey-proof.js";
import { CodeInput } from "./code-input.js";

const CodeForm_payload = graphql(
  `
    fragment CodeForm_payload on SignInPayload @_unmask {
      result {
        __typename
        ... on SignedIn {
          landingRequestId
        }
      }
      ...Problems
    }
  `,
  [Problems],
);
const CodeForm_verify = graphql(
  `
    mutation CodeForm_verify($input: VerifyTwoFactorInput!) {
      verifyTwoFactor(input: $input) {
        ...CodeForm_payload
      }
    }
  `,
  [CodeForm_payload],
);
const CodeForm_useRecoveryCode = graphql(
  `
    mutation CodeForm_useRecoveryCode($input: UseRecoveryCodeInput!) {
      useRecoveryCode(input: $input) {
        ...CodeForm_payload
      }
    }
  `,
  [CodeForm_payload],
);
const CodeForm_verifyPasskey = graphql(
  `
    mutation CodeForm_verifyPasskey($input: VerifyPasskeyInput!) {
      verifyPasskey(input: $input) {
        ...CodeForm_payload
      }
    }
  `,
  [CodeForm_payload],
);

/** The second step of a sign-in: a code from the app, a passkey, or a recovery code. */
export function CodeForm(props: {
  challengeToken: string;
  onSignedIn: (how: SignedInBy) => void;
  onStartAgain: () => void;
  /** For how many days this device can be trusted; null: not offered. */
  trustedDeviceDays: number | null;
  /** The methods this person can use now. Listed one by one, so that a kind that is in the schema but not in this form does not compile. */
  methods: readonly ("AUTHENTICATOR" | "RECOVERY_CODE" | "PASSKEY")[];
}) {
  const { challengeToken, onSignedIn, onStartAgain, trustedDeviceDays } = props;
  const offersPasskey = props.methods.includes("PASSKEY") && supportsPasskeys();
  const verify = useAct(CodeForm_verify);
  const recover = useAct(CodeForm_useRecoveryCode);
  const byPasskey = useAct(CodeForm_verifyPasskey);
  const passkey = usePasskeyProof();
  const { twoFactor: say, signIn } = useWords();
  const [isRecovering, setRecovering] = useState(false);
  const [code, setCode] = useState("");
  const [trustDevice, setTrustDevice] = useState(false);
  const { problems, isPending } = isRecovering ? recover : verify;
  const submit = async () => {
    const { payload } = isRecovering
      ? await recover.act({ input: { challengeToken, code } })
      : await verify.act({ input: { challengeToken, code, trustDevice } });
    const result = payload?.result;
    if (result?.__typename === "SignedIn")
      onSignedIn({ landingRequestId: result.landingRequestId, usedRecoveryCode: isRecovering });
    // What was no whole code cost no attempt, and a recovery code is long to type again.
    else if (readDigitCode(code) !== null) setCode("");
  };
  const submitPasskey = async () => {
    const response = await passkey.prove(challengeToken);
    if (response === null) return;
    const { payload } = await byPasskey.act({ input: { challengeToken, response, trustDevice } });
    if (payload?.result?.__typename === "SignedIn")
      onSignedIn({ landingRequestId: payload.result.landingRequestId, usedRecoveryCode: false });
  };
  const other = passkey.problem ?? otherProblems([...problems, ...byPasskey.problems], "code");
  return (
    <Form onSubmit={submit} className="flex flex-col gap-4">
      {other && <Banner tone="danger">{other}</Banner>}
      {offersPasskey && !isRecovering && (
        <>
          <Button
            look="primary"
            isPending={passkey.isPending || byPasskey.isPending}
            onPress={() => void submitPasskey()}
          >
            {say.usePasskey}
          </Button>
          <p className="text-center text-sm text-muted">{say.or}</p>
        </>
      )}
      {isRecovering ? (
        <TextField
          key="recovery"
          label={say.recoveryCode}
          hint={say.recoveryCodeHint}
          value={code}
          onChange={setCode}
          error={problemOf(problems, "code")}
          autoComplete="off"
          isRequired
          mono
        />
      ) : (
        <CodeInput key="code" value={code} onChange={setCode} error={problemOf(problems, "code")} />
      )}
      {!isRecovering && trustedDeviceDays !== null && (
        <Checkbox isSelected={trustDevice} onChange={setTrustDevice}>
          {say.trustDevice(trustedDeviceDays)}
        </Checkbox>
      )}
      <Button
        type="submit"
        {...(offersPasskey && !isRecovering ? {} : { look: "primary" as const })}
        isPending={isPending}
      >
        {signIn.signIn}
      </Button>
      {props.methods.includes("RECOVERY_CODE") && (
        <Button
          look="quiet"
          onPress={() => {
            setRecovering(!isRecovering);
            setCode("");
          }}
        >
          {isRecovering ? say.useApp : say.useRecoveryCode}
        </Button>
      )}
      <Button look="quiet" onPress={onStartAgain}>
        {signIn.startAgain}
      </Button>
    </Form>
  );
}
