import { useState } from "react";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, useAct } from "../../../graphql/use-act.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { PortalLink } from "../../address.js";
import { Frame } from "../../frame.js";
import { MailedTokenPreview } from "../mailed-tokens/mailed-token-preview.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";

const ConfirmEmailPage_confirm = graphql(
  `
    mutation ConfirmEmailPage_confirm($input: ConfirmLoginEmailInput!) {
      confirmLoginEmail(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);

/** Confirms a changed login email with one click: a mail scanner that opens the page changes nothing. */
export function ConfirmEmailPage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const say = usePortalWords();
  const { act, isPending, problems } = useAct(ConfirmEmailPage_confirm);
  const [isDone, setDone] = useState(false);
  const confirm = async () => {
    const { payload } = await act({ input: { token: token ?? "" } });
    setDone(payload !== null);
  };
  const toSignIn = (
    <PortalLink slug={firm.slug} page="">
      {say.toSignIn}
    </PortalLink>
  );
  if (isDone)
    return (
      <Frame firmName={firm.name} title={say.confirmEmail.done} below={toSignIn}>
        <p className="text-sm text-muted">{say.confirmEmail.doneWhy}</p>
      </Frame>
    );
  const problem = otherProblems(problems);
  return (
    <MailedTokenPreview token={token} purpose="CONFIRM_EMAIL" again={{ page: "", label: say.toSignIn }}>
      {(maskedEmail) => (
        <Frame firmName={firm.name} title={say.confirmEmail.title}>
          <p className="text-sm text-muted">
            {say.confirmEmail.intro(
              <strong translate="no" className="text-ink">
                {maskedEmail}
              </strong>,
            )}
          </p>
          {problem && <Banner tone="danger">{problem}</Banner>}
          <Button look="primary" wide isPending={isPending} onPress={() => void confirm()}>
            {say.confirmEmail.button}
          </Button>
        </Frame>
      )}
    </MailedTokenPreview>
  );
}
