import type { ReactNode } from "react";
import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { useWords } from "../../language/language-context.js";
import { whenShown } from "../../ui/when-shown.js";
import type { SignedInBy } from "../sessions/signed-in-by.js";

const CodeForm = whenShown(() => import("../two-factor/code-form.js").then((module) => module.CodeForm));
const EnrollmentFlow = whenShown(() =>
  import("../two-factor/enrollment-flow.js").then((module) => module.EnrollmentFlow),
);

export const NextStep_result = graphql(`
  fragment NextStep_result on SignInResult {
    __typename
    ... on SignedIn {
      landingRequestId
    }
    ... on TwoFactorRequired {
      challengeToken
      trustedDeviceDays
      methods
    }
    ... on TwoFactorEnrollmentRequired {
      enrollmentToken
      emailCodeRequired
      maskedEmail
    }
  }
`);
export type NextStepResult = FragmentOf<typeof NextStep_result>;

/** The result of a sign-in that is already complete; null if a code or an enrollment comes first. */
export function signedInAtOnce(result: NextStepResult): SignedInBy | null {
  const read = readFragment(NextStep_result, result);
  return read.__typename === "SignedIn" ? { landingRequestId: read.landingRequestId, usedRecoveryCode: false } : null;
}

/** What comes after the password in a sign-in: the code, or setting up the authenticator. */
export function NextStep(props: {
  result: NextStepResult;
  /** Renders the page around the step, with its title. */
  renderFrame: (title: string, step: ReactNode) => ReactNode;
  onSignedIn: (how: SignedInBy) => void;
  onStartAgain: () => void;
}) {
  const { signIn: say } = useWords();
  const { renderFrame, onSignedIn, onStartAgain } = props;
  const result = readFragment(NextStep_result, props.result);
  switch (result.__typename) {
    case "TwoFactorRequired":
      return renderFrame(
        say.enterCode,
        <CodeForm
          challengeToken={result.challengeToken}
          trustedDeviceDays={result.trustedDeviceDays}
          methods={result.methods}
          onSignedIn={onSignedIn}
          onStartAgain={onStartAgain}
        />,
      );
    case "TwoFactorEnrollmentRequired":
      return renderFrame(
        say.setUpTwoFactor,
        <EnrollmentFlow
          start={result}
          onDone={(landingRequestId) => onSignedIn({ landingRequestId, usedRecoveryCode: false })}
          onCancel={onStartAgain}
        />,
      );
    default:
      return null;
  }
}
