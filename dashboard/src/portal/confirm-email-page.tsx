import { useState } from "react";
import { graphql } from "../graphql/graphql.js";
import { otherProblems, useAct } from "../graphql/use-act.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { PortalLink } from "./address.js";
import { Frame } from "./frame.js";
import { MailedTokenPreview } from "./mailed-token-preview.js";
import { usePortal } from "./session.js";

const ConfirmEmailPage_confirm = graphql(`
  mutation ConfirmEmailPage_confirm($input: ConfirmLoginEmailInput!) {
    confirmLoginEmail(input: $input) {
      accepted
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** Confirms a changed login email, by one click: a mail scanner that opens the page changes nothing. */
export function ConfirmEmailPage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const { act, isPending, problems } = useAct(ConfirmEmailPage_confirm);
  const [isDone, setDone] = useState(false);
  const confirm = async () => {
    const { payload } = await act({ input: { token: token ?? "" } });
    setDone(payload !== null);
  };
  const toSignIn = (
    <PortalLink slug={firm.slug} page="">
      Go to sign-in
    </PortalLink>
  );
  if (isDone)
    return (
      <Frame firmName={firm.name} title="Your email is confirmed" below={toSignIn}>
        <p className="text-sm text-muted">Use the new address from now on when you sign in.</p>
      </Frame>
    );
  const problem = otherProblems(problems);
  return (
    <MailedTokenPreview token={token} purpose="CONFIRM_EMAIL" again={{ page: "", label: "Go to sign-in" }}>
      {(maskedEmail) => (
        <Frame firmName={firm.name} title="Confirm your new email">
          <p className="text-sm text-muted">
            From now on you sign in with <strong className="text-ink">{maskedEmail}</strong>.
          </p>
          {problem && <Banner tone="danger">{problem}</Banner>}
          <Button look="primary" wide isPending={isPending} onPress={() => void confirm()}>
            Confirm this address
          </Button>
        </Frame>
      )}
    </MailedTokenPreview>
  );
}
