import { useState } from "react";
import { allowsPasswordLogin } from "@gatehouse/shared";
import { NextStep_result, signedInAtOnce, type NextStepResult } from "../../../features/sign-in/next-step.js";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { useAct } from "../../../graphql/use-act.js";
import { Frame } from "../../frame.js";
import { MailedTokenPreview } from "../mailed-tokens/mailed-token-preview.js";
import { NewPasswordForm } from "../passwords/new-password-form.js";
import { NextStep, useSignedIn } from "../sign-in/next-step.js";
import { goTo } from "../../address.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";
import { LinksOnly } from "../sign-in/sign-in-page.js";

const CreateAccountPage_create = graphql(
  `
    mutation CreateAccountPage_create($input: CreatePortalAccountInput!) {
      createPortalAccount(input: $input) {
        result {
          ...NextStep_result
        }
        ...Problems
      }
    }
  `,
  [NextStep_result, Problems],
);

/** Creates an account for a proven mailbox: proven by the mailed token, or (null) by the magic-link session. */
export function CreateAccountPage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const say = usePortalWords();
  const [step, setStep] = useState<NextStepResult | null>(null);
  if (step) return <NextStep result={step} onStartAgain={() => goTo(firm.slug, "")} />;
  if (!allowsPasswordLogin(firm)) return <LinksOnly />;
  if (token === null)
    return <CreateAccountForm token={null} forWhom={say.createAccount.yourAddress} onStep={setStep} />;
  return (
    <MailedTokenPreview
      token={token}
      purpose="CREATE_ACCOUNT"
      again={{ page: "request-account", label: say.askForLink }}
    >
      {(maskedEmail) => <CreateAccountForm token={token} forWhom={maskedEmail} onStep={setStep} />}
    </MailedTokenPreview>
  );
}

/** Only the form, for pages that have proven the mailbox themselves. */
export function CreateAccountForm(props: {
  token: string | null;
  forWhom: string;
  onStep: (result: NextStepResult) => void;
}) {
  const { firm } = usePortal();
  const signedIn = useSignedIn();
  const { createAccount: say } = usePortalWords();
  const { act, isPending, problems } = useAct(CreateAccountPage_create);
  const create = async (password: string) => {
    const { payload } = await act({ input: { confirmationToken: props.token, password } });
    if (!payload?.result) return;
    const how = signedInAtOnce(payload.result);
    if (how) signedIn(how);
    else props.onStep(payload.result);
  };
  return (
    <Frame firmName={firm.name} title={say.title}>
      <NewPasswordForm
        intro={say.intro(props.forWhom)}
        button={say.button}
        isPending={isPending}
        problems={problems}
        onSubmit={create}
      />
    </Frame>
  );
}
