import { useState } from "react";
import { useQuery } from "urql";
import { dayOf } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { useWords } from "../../../language/language-context.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Day } from "../../../ui/date-time.js";
import { Loading } from "../../../ui/spinner.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { PortalLink } from "../../address.js";
import { groupByDueDate, type DueGroup } from "./due-dates.js";
import { RequestPage } from "./request-page.js";
import { RequestItem, RequestItem_request } from "./requests.js";
import { usePortalWords } from "../../portal-language.js";
import { usePortal } from "../../session.js";
import { Shell } from "../../shell.js";

const HomePage_viewer = graphql(
  `
    query HomePage_viewer($after: String) {
      viewer {
        __typename
        ... on PortalViewer {
          email
          twoFactorDueAt
          account {
            id
          }
          requests(first: 50, after: $after) {
            nodes {
              id
              dueOn
              completedAt
              ...RequestItem_request
            }
            pageInfo {
              hasNextPage
              endCursor
            }
          }
        }
      }
    }
  `,
  [RequestItem_request],
);
/** What the firm asked for: with an account every request, open ones by how soon they are due; otherwise the one that a magic link opened. */
export function HomePage() {
  const { firm } = usePortal();
  const words = useWords();
  const portalWords = usePortalWords();
  const { home: say } = portalWords;
  const [now] = useState(() => Date.now());
  const today = dayOf(now, firm.timeZone);
  const [{ data, error, stale }, read] = useQuery({
    query: HomePage_viewer,
    variables: { after: null },
    requestPolicy: "cache-and-network",
  });
  if (error && !data)
    return (
      <main>
        <ErrorState message={sayError(error, words)} onRetry={() => read({ requestPolicy: "network-only" })} />
      </main>
    );
  if (!data)
    return (
      <main>
        <Loading />
      </main>
    );
  const viewer = data.viewer?.__typename === "PortalViewer" ? data.viewer : null;
  if (!viewer)
    return (
      <main>
        <ErrorState message={portalWords.signedOut} onRetry={() => location.reload()} />
      </main>
    );
  const { nodes, pageInfo } = viewer.requests;
  if (!viewer.account && nodes[0]) return <RequestPage requestId={nodes[0].id} />;
  const open = nodes.filter(({ completedAt }) => completedAt === null);
  const completed = nodes.filter(({ completedAt }) => completedAt !== null);
  const groups: { group: DueGroup | "completed"; requests: typeof nodes }[] = groupByDueDate(open, today);
  if (completed.length > 0) groups.push({ group: "completed", requests: completed });
  return (
    <Shell title={say.title} email={viewer.email} hasAccount={viewer.account !== null}>
      {viewer.twoFactorDueAt && (
        <Banner tone="warning">
          <p>{say.twoFactorSoon(<Day on={viewer.twoFactorDueAt} />, firm.name)}</p>
          <PortalLink slug={firm.slug} page="account">
            {say.setUp}
          </PortalLink>
        </Banner>
      )}
      {nodes.length === 0 && <EmptyState title={say.nothing}>{say.nothingWhy(firm.name)}</EmptyState>}
      {groups.map(({ group, requests }) => (
        <section key={group} aria-labelledby={`due-${group}`} className="flex flex-col gap-3">
          <h2 id={`due-${group}`} className="text-sm font-semibold text-muted">
            {say.groups[group]}
          </h2>
          {requests.map((request) => (
            <RequestItem key={request.id} request={request} />
          ))}
        </section>
      ))}
      {open.some(({ dueOn }) => dueOn !== null) && <p className="text-sm text-muted">{say.daysIn(firm.timeZone)}</p>}
      {pageInfo.hasNextPage && <MoreRequests key={pageInfo.endCursor} after={pageInfo.endCursor} isStale={stale} />}
    </Shell>
  );
}

/** The next page, loaded on demand; the cache appends it to the list. */
function MoreRequests({ after, isStale }: { after: string | null; isStale: boolean }) {
  const { home: say } = usePortalWords();
  const [{ fetching }, more] = useQuery({ query: HomePage_viewer, variables: { after }, pause: true });
  return (
    <Button isPending={fetching || isStale} onPress={() => more()}>
      {say.more}
    </Button>
  );
}
