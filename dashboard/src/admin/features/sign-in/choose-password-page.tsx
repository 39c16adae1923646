import { useState } from "react";
import { NewPasswordField, PasswordInput } from "../../../features/passwords/password-field.js";
import { NextStep, NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { useTokenPreview } from "../../../features/mailed-tokens/use-token-preview.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, sayError, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Form } from "../../../ui/form.js";
import { Loading } from "../../../ui/spinner.js";
import { ErrorState } from "../../../ui/states.js";
import { renderFrame } from "./sign-in-frame.js";

const ChoosePasswordPage_choose = graphql(
  `
    mutation ChoosePasswordPage_choose($input: ChooseTeamPasswordInput!) {
      chooseTeamPassword(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/**
 * A team member chooses a password through the mailed link and then signs in, or later if the second factor is locked. Somebody who is
 * invited by a second firm gives the password that they have.
 */
export function ChoosePasswordPage({ token, onSignedIn }: { token: string | null; onSignedIn: () => void }) {
  const { preview, isLoading, error, retry } = useTokenPreview(token);
  const { act, isPending, problems } = useAct(ChoosePasswordPage_choose);
  const [password, setPassword] = useState("");
  const [step, setStep] = useState<NextStepResult | null>(null);
  const submit = async () => {
    const { payload } = await act({ input: { token: token ?? "", password } });
    if (!payload?.result) return;
    if (signedInAtOnce(payload.result)) onSignedIn();
    else setStep(payload.result);
  };
  if (step)
    return <NextStep result={step} renderFrame={renderFrame} onSignedIn={onSignedIn} onStartAgain={onSignedIn} />;
  // The password is set and the link is used up; only signing in has to wait.
  const locked = problems.find(({ code, field }) => code === "ACCOUNT_LOCKED" && field === null);
  if (locked)
    return renderFrame(
      "Your new password is set",
      <>
        <p className="text-sm text-muted">{locked.message}</p>
        <a className="link text-sm" href="/">
          Go to sign-in
        </a>
      </>,
    );
  if (error) return <ErrorState message={sayError(error)} onRetry={retry} />;
  if (isLoading) return <Loading label="Checking your link" />;
  if (preview?.purpose !== "CHOOSE_TEAM_PASSWORD")
    return renderFrame(
      "This link no longer works",
      <p className="text-sm text-muted">
        It has expired or has already been used. Request a new one on the{" "}
        <a className="link" href="/">
          sign-in page
        </a>
        , or ask a colleague who manages the team.
      </p>,
    );
  if (preview.signsInAlready || problems.some(({ code }) => code === "INVALID_CREDENTIALS")) {
    const elsewhere = otherProblems(problems, "password");
    return renderFrame(
      `Join ${preview.firm.name}`,
      <Form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-sm text-muted">
          You already sign in to Gatehouse as <span translate="no">{preview.maskedEmail}</span>. Enter the password that
          you use there.
        </p>
        {elsewhere && <Banner tone="danger">{elsewhere}</Banner>}
        <PasswordInput
          label="Password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
          error={problemOf(problems, "password")}
        />
        <Button type="submit" look="primary" isPending={isPending} wide>
          Join and sign in
        </Button>
        <p className="text-sm text-muted">
          Forgot it? Request a new one on the{" "}
          <a className="link" href="/">
            sign-in page
          </a>
          , then open this link again.
        </p>
      </Form>,
    );
  }
  const weak = problems.find(({ code }) => code === "WEAK_PASSWORD");
  const other = otherProblems(problems.filter((problem) => problem !== weak));
  return renderFrame(
    `Choose a password for ${preview.firm.name}`,
    <Form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-sm text-muted">
        For <span translate="no">{preview.maskedEmail}</span>. Your other devices will be signed out.
      </p>
      {other && <Banner tone="danger">{other}</Banner>}
      <NewPasswordField
        label="New password"
        value={password}
        onChange={setPassword}
        error={weak?.message ?? null}
        context={{ email: "", firmName: preview.firm.name }}
      />
      <Button type="submit" look="primary" isPending={isPending} wide>
        Save and sign in
      </Button>
    </Form>,
  );
}
