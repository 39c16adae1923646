import { useState } from "react";
import { NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { goTo, PortalLink } from "../../address.js";
import { Frame } from "../../frame.js";
import { MailedTokenPreview } from "../mailed-tokens/mailed-token-preview.js";
import { NewPasswordForm } from "../passwords/new-password-form.js";
import { NextStep, useSignedIn } from "../sign-in/next-step.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

const ResetPasswordPage_reset = graphql(
  `
    mutation ResetPasswordPage_reset($input: ResetPasswordInput!) {
      resetPassword(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/** Sets a new password through the mailed link. With two-factor authentication the code follows, or signing in has to wait while it is locked. */
export function ResetPasswordPage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const say = usePortalWords();
  const signedIn = useSignedIn();
  const { act, isPending, problems } = useAct(ResetPasswordPage_reset);
  const [step, setStep] = useState<NextStepResult | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const reset = async (newPassword: string) => {
    const { payload, problems: why } = await act({ input: { resetToken: token ?? "", newPassword } });
    // The password is set and the link is used up; only signing in has to wait.
    if (why.some(({ code }) => code === "ACCOUNT_LOCKED")) setWaiting(true);
    if (!payload?.result) return;
    const how = signedInAtOnce(payload.result);
    if (how) signedIn(how);
    else setStep(payload.result);
  };
  if (step) return <NextStep result={step} onStartAgain={() => goTo(firm.slug, "")} />;
  if (isWaiting)
    return (
      <Frame
        firmName={firm.name}
        title={say.resetPassword.done}
        below={
          <PortalLink slug={firm.slug} page="">
            {say.toSignIn}
          </PortalLink>
        }
      >
        <p className="text-sm text-muted">{otherProblems(problems)}</p>
      </Frame>
    );
  return (
    <MailedTokenPreview
      token={token}
      purpose="RESET_PASSWORD"
      again={{ page: "forgot-password", label: say.askForLink }}
    >
      {(maskedEmail) => (
        <Frame firmName={firm.name} title={say.requestMail.password.title}>
          <NewPasswordForm
            intro={say.resetPassword.intro(maskedEmail)}
            button={say.resetPassword.button}
            isPending={isPending}
            problems={problems}
            onSubmit={reset}
          />
        </Frame>
      )}
    </MailedTokenPreview>
  );
}
