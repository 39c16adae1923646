import { useState, type FormEvent } from "react";
import { graphql } from "../../../graphql/graphql.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { TextField } from "../../../ui/text-field.js";
import { renderFrame } from "./sign-in-frame.js";

const ForgotPasswordPage_request = graphql(`
  mutation ForgotPasswordPage_request($input: TeamEmailInput!) {
    requestTeamPasswordReset(input: $input) {
      accepted
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** Asks for a mailed link to choose a new password. Its answer tells nobody which addresses exist. */
export function ForgotPasswordPage({ onBack }: { onBack: () => void }) {
  const { act, isPending, problems } = useAct(ForgotPasswordPage_request);
  const [email, setEmail] = useState("");
  const [isSent, setSent] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { payload } = await act({ input: { email } });
    setSent(payload !== null);
  };
  const back = (
    <Button look="quiet" onPress={onBack}>
      Back to sign in
    </Button>
  );
  if (isSent)
    return renderFrame(
      "Check your mail",
      <>
        <p className="text-sm text-ink">
          If <strong className="break-all">{email}</strong> signs in here, a link to choose a new password is on its
          way.
        </p>
        <p className="text-sm text-muted">
          Nothing after a few minutes? Look in your spam folder, or ask a colleague who looks after the team.
        </p>
        {back}
      </>,
    );
  const other = otherProblems(problems, "email");
  return renderFrame(
    "Choose a new password",
    <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
      <p className="text-sm text-muted">
        You get a mail with a link that works for an hour. Your authenticator app is still asked for.
      </p>
      {other && <Banner tone="danger">{other}</Banner>}
      <TextField
        label="Email"
        type="email"
        name="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        error={problemOf(problems, "email")}
        isRequired
      />
      <Button type="submit" look="primary" isPending={isPending} wide>
        Send me a link
      </Button>
      {back}
    </form>,
  );
}
