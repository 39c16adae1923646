import { useState, type ReactNode } from "react";
import { NextStep, NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { PasswordForm } from "../../../features/sign-in/password-form.js";
import { graphql } from "../../../graphql/graphql.js";
import { useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";

const SignInPage_signIn = graphql(
  `
    mutation SignInPage_signIn($input: TeamSignInInput!) {
      teamSignIn(input: $input) {
        result {
          ...NextStep_result
        }
        userErrors {
          code
          field
          message
        }
      }
    }
  `,
  [NextStep_result],
);

/** A team member's way in: password, then the code where one is due. */
export function SignInPage({ hasEnded, onSignedIn }: { hasEnded: boolean; onSignedIn: () => void }) {
  const { act, isPending, problems } = useAct(SignInPage_signIn);
  const [step, setStep] = useState<NextStepResult | null>(null);
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
    </>,
  );
}

/** The page around a step of signing in. */
export const renderFrame = (title: string, children: ReactNode) => (
  <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-6 p-5">
    <p className="flex items-center gap-2 font-semibold text-ink">
      <img src="/favicon.svg" alt="" className="size-7" /> Gatehouse
    </p>
    <div className="flex flex-col gap-5 rounded-xl border border-line bg-surface p-6">
      <h1 className="text-xl font-semibold text-ink">{title}</h1>
      {children}
    </div>
  </main>
);
