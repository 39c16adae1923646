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

/** Asks for a mailed link to choose a new password. Its answer tells nobody which addresses exist. */
export function ForgotPasswordPage({ onBack }: { onBack: () => void }) {
  const { act, isPending, problems } = useAct(ForgotPasswordPage_request);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const send = async (email: string) => {
    const { payload } = await act({ input: { email } });
    if (payload) setSentTo(email);
  };
  const back = (
    <Button look="quiet" onPress={onBack}>
      Back to sign in
    </Button>
  );
  if (sentTo !== null)
    return renderFrame(
      "Check your mail",
      <>
        <p className="text-sm text-ink">
          If <strong className="break-all">{sentTo}</strong> signs in here, a link to choose a new password is on its
          way.
        </p>
        <p className="text-sm text-muted">
          Nothing after a few minutes? Look in your spam folder, or ask a colleague who looks after the team.
        </p>
        {back}
      </>,
    );
  return renderFrame(
    "Choose a new password",
    <RequestMailForm
      intro="You get a mail with a link that works for an hour. Your authenticator app is still asked for."
      button="Send me a link"
      startWith=""
      isPending={isPending}
      problems={problems}
      onSubmit={(email) => void send(email)}
    >
      {back}
    </RequestMailForm>,
  );
}
