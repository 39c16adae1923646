import { useState } from "react";
import { graphql } from "../graphql/graphql.js";
import { otherProblems, useAct } from "../graphql/use-act.js";
import { Banner } from "../ui/banner.js";
import { Button } from "../ui/button.js";
import { PortalLink } from "./address.js";
import { Frame } from "./frame.js";
import { MailedTokenPreview } from "./mailed-token-preview.js";
import { usePortal } from "./session.js";

const NotMePage_report = graphql(`
  mutation NotMePage_report($input: ReportNotMeInput!) {
    reportNotMe(input: $input) {
      accepted
      userErrors {
        code
        field
        message
      }
    }
  }
`);

/** "This wasn't me", from a mail about a change: one click shuts everybody out. */
export function NotMePage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const { act, isPending, problems } = useAct(NotMePage_report);
  const [isDone, setDone] = useState(false);
  const report = async () => {
    const { payload } = await act({ input: { token: token ?? "" } });
    setDone(payload !== null);
  };
  if (isDone)
    return (
      <Frame
        firmName={firm.name}
        title="Everybody is signed out"
        below={
          <PortalLink slug={firm.slug} page="forgot-password">
            Choose a new password
          </PortalLink>
        }
      >
        <p className="text-sm text-muted">
          {firm.name} was told. Clients find a mail with a link to choose a new password, one that you use nowhere else.
          If you cannot sign in afterwards, call {firm.name} by a phone number that you know.
        </p>
      </Frame>
    );
  const problem = otherProblems(problems);
  return (
    <MailedTokenPreview token={token} purpose="REPORT_NOT_ME" again={{ page: "", label: "Go to sign-in" }}>
      {(maskedEmail) => (
        <Frame firmName={firm.name} title="This wasn't me">
          <p className="text-sm text-muted">
            The mail to <strong className="text-ink">{maskedEmail}</strong> told of a change that you did not make? One
            click signs everybody out, stops the password of a client's account, and tells {firm.name}.
          </p>
          {problem && <Banner tone="danger">{problem}</Banner>}
          <Button look="danger" wide isPending={isPending} onPress={() => void report()}>
            It wasn't me: sign everybody out
          </Button>
        </Frame>
      )}
    </MailedTokenPreview>
  );
}
