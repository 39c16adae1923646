import { useState, type ReactNode } from "react";
import { graphql, readFragment, type FragmentOf } from "../../graphql/graphql.js";
import { Problems } from "../../graphql/problems.fragment.js";
import { useAct } from "../../graphql/use-act.js";
import { useWords } from "../../language/language-context.js";
import { whenShown } from "../../ui/when-shown.js";
import type { SignedInBy } from "../sessions/signed-in-by.js";

const CodeForm = whenShown(() => import("../two-factor/code-form.js").then((module) => module.CodeForm));
const FirmChoice = whenShown(() => import("./firm-choice.js").then((module) => module.FirmChoice));
const EnrollmentFlow = whenShown(() =>
  import("../two-factor/enrollment-flow.js").then((module) => module.EnrollmentFlow),
);

export const NextStep_result = graphql(`
  fragment NextStep_result on SignInResult {
    __typename
    ... on SignedIn {
      landingRequestId
    }
    ... on FirmChoiceRequired {
      challengeToken
      firms {
        id
        name
      }
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

const NextStep_chooseFirm = graphql(
  `
    mutation NextStep_chooseFirm($input: ChooseFirmInput!) {
      chooseFirm(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/** The result of a sign-in that is already complete; null if a code or an enrollment comes first. */
export function signedInAtOnce(result: NextStepResult): SignedInBy | null {
  const read = readFragment(NextStep_result, result);
  return read.__typename === "SignedIn" ? { landingRequestId: read.landingRequestId, usedRecoveryCode: false } : null;
}

/** What comes after the password in a sign-in: which firm, the code, or setting up the authenticator. */
export function NextStep(props: {
  result: NextStepResult;
  /** Renders the page around the step, with its title. */
  renderFrame: (title: string, step: ReactNode) => ReactNode;
  onSignedIn: (how: SignedInBy) => void;
  onStartAgain: () => void;
}) {
  const { signIn: say } = useWords();
  const { renderFrame, onSignedIn, onStartAgain } = props;
  const choosing = useAct(NextStep_chooseFirm);
  /** What the firm that was chosen asks for. */
  const [ofFirm, setOfFirm] = useState<NextStepResult | null>(null);
  const chooseFirm = async (challengeToken: string, firmId: string) => {
    const { payload } = await choosing.act({ input: { challengeToken, firmId } });
    if (!payload?.result) return;
    const done = signedInAtOnce(payload.result);
    if (done) onSignedIn(done);
    else setOfFirm(payload.result);
  };
  const result = readFragment(NextStep_result, ofFirm ?? props.result);
  switch (result.__typename) {
    case "FirmChoiceRequired":
      return renderFrame(
        say.whichFirm,
        <FirmChoice
          firms={result.firms}
          isPending={choosing.isPending}
          problems={choosing.problems}
          onChoose={(firmId) => void chooseFirm(result.challengeToken, firmId)}
          onStartAgain={onStartAgain}
        />,
      );
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
