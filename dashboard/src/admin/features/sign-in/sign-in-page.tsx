import { useState } from "react";
import { NextStep, NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { PasswordForm } from "../../../features/sign-in/password-form.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { ForgotPasswordPage } from "./forgot-password-page.js";
import { renderFrame } from "./sign-in-frame.js";

const SignInPage_signIn = graphql(
  `
    mutation SignInPage_signIn($input: TeamSignInInput!) {
      teamSignIn(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/** Signs in a team member: with the password, then the code if one is required. */
export function SignInPage({ hasEnded, onSignedIn }: { hasEnded: boolean; onSignedIn: () => void }) {
  const { act, isPending, problems } = useAct(SignInPage_signIn);
  const [step, setStep] = useState<NextStepResult | null>(null);
  const [hasForgotten, setForgotten] = useState(false);
  if (hasForgotten) return <ForgotPasswordPage onBack={() => setForgotten(false)} />;
  if (step)
    return (
      <NextStep result={step} renderFrame={renderFrame} onSignedIn={onSignedIn} onStartAgain={() => setStep(null)} />
    );
  const signIn = async (who: { email: string; password: string }) => {
    const { payload } = await act({ input: who });
    if (!payload?.result) return false;
    if (signedInAtOnce(payload.result)) onSignedIn();
    else setStep(payload.result);
    return true;
  };
  return renderFrame(
    "Sign in to your firm",
    <>
      {hasEnded && <Banner tone="info">Your session has ended. Sign in again.</Banner>}
      <PasswordForm isPending={isPending} problems={problems} onSubmit={signIn} />
      <Button look="quiet" onPress={() => setForgotten(true)}>
        Forgot your password?
      </Button>
    </>,
  );
}
