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

const NotMePage_report = graphql(
  `
    mutation NotMePage_report($input: ReportNotMeInput!) {
      reportNotMe(input: $input) {
        accepted
        ...Problems
      }
    }
  `,
  [Problems],
);

/** "This wasn't me", from a mail about a change: one click signs out every device. */
export function NotMePage({ token }: { token: string | null }) {
  const { firm } = usePortal();
  const portalWords = usePortalWords();
  const { notMe: say } = portalWords;
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
        title={say.done}
        below={
          <PortalLink slug={firm.slug} page="forgot-password">
            {portalWords.chooseNewPassword}
          </PortalLink>
        }
      >
        <p className="text-sm text-muted">{say.doneWhy(firm.name)}</p>
      </Frame>
    );
  const problem = otherProblems(problems);
  return (
    <MailedTokenPreview token={token} purpose="REPORT_NOT_ME" again={{ page: "", label: portalWords.toSignIn }}>
      {(maskedEmail) => (
        <Frame firmName={firm.name} title={say.title}>
          <p className="text-sm text-muted">
            {say.intro(
              <strong translate="no" className="text-ink">
                {maskedEmail}
              </strong>,
              firm.name,
            )}
          </p>
          {problem && <Banner tone="danger">{problem}</Banner>}
          <Button look="danger" wide isPending={isPending} onPress={() => void report()}>
            {say.button}
          </Button>
        </Frame>
      )}
    </MailedTokenPreview>
  );
}
