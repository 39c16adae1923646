import { useState } from "react";
import { RequestMailForm } from "../../../features/sign-in/request-mail-form.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { renderFrame } from "./sign-in-frame.js";

const ForgotPasswordPage_request = graphql(
  `
    mutation ForgotPasswordPage_request($input: TeamEmailInput!) {
      requestTeamPasswordReset(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Requests a mailed link to choose a new password. The answer does not reveal which addresses exist. */
export function ForgotPasswordPage({ onBack }: { onBack: () => void }) {
  const { act, isPending, problems } = useAct(ForgotPasswordPage_request);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const send = async (email: string) => {
    const { payload } = await act({ input: { email } });
    if (payload) setSentTo(email);
  };
  const back = (
    <Button look="quiet" onPress={onBack}>
      Back to sign-in
    </Button>
  );
  if (sentTo !== null)
    return renderFrame(
      "Check your email",
      <>
        <p className="text-sm text-ink">
          If there is an account for{" "}
          <strong translate="no" className="break-all">
            {sentTo}
          </strong>
          , a link to choose a new password is on its way.
        </p>
        <p className="text-sm text-muted">
          Nothing after a few minutes? Check your spam folder, or ask a colleague who manages the team.
        </p>
        {back}
      </>,
    );
  return renderFrame(
    "Choose a new password",
    <RequestMailForm
      intro="We will email you a link that works for one hour. If you use an authenticator app, you will still need its code."
      button="Send me a link"
      startWith=""
      isPending={isPending}
      problems={problems}
      onSubmit={send}
    >
      {back}
    </RequestMailForm>,
  );
}
