import { useState } from "react";
import { useQuery } from "urql";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { roleMay } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";
import { ActivityFilters } from "./activity-filters.js";
import { filterOf, type EventFilter } from "./event-filter.js";
import { EventList } from "./event-list.js";
import { ExportButton } from "./export-button.js";
import { EventRow_event } from "./live-feed.js";

export const ActivityPage_events = graphql(
  `
    query ActivityPage_events($after: String, $filter: AuditEventFilter) {
      auditEvents(first: 50, after: $after, filter: $filter) {
        nodes {
          id
          ...EventRow_event
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [EventRow_event],
);

/** The firm's audit log, growing as things happen. */
export function ActivityPage() {
  const search = useSearch({ from: "/activity" });
  const navigate = useNavigate({ from: "/activity" });
  const { role } = useTeamSession();
  const filter = filterOf(search);
  const isFiltered = Object.keys(search).length > 0;
  return (
    <>
      <PageHeader
        title="Activity"
        actions={
          <>
            {isFiltered && (
              <Button look="quiet" onPress={() => void navigate({ search: {} })}>
                Clear filter
              </Button>
            )}
            {roleMay(role, "export") && <ExportButton filter={filter} />}
          </>
        }
      >
        Who did what, as it happens. Nothing here is ever changed or deleted.
      </PageHeader>
      <ActivityFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Events key={JSON.stringify(search)} filter={filter} isFiltered={isFiltered} />
    </>
  );
}

function Events({ filter, isFiltered }: { filter: EventFilter; isFiltered: boolean }) {
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, again] = useQuery({
    query: ActivityPage_events,
    variables: { after, filter },
    requestPolicy: "cache-and-network",
  });
  const { pageInfo, nodes } = data?.auditEvents ?? {};
  return (
    <div className="rounded-xl border border-line bg-surface px-5 py-2">
      {error && !nodes && (
        <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
      {!error && !nodes && <Skeleton lines={8} />}
      {nodes && (
        <EventList loaded={nodes} filter={filter} empty={isFiltered ? "Nothing matches this filter." : undefined} />
      )}
      {pageInfo?.hasNextPage && (
        <div className="flex justify-center py-3">
          <Button isPending={fetching} onPress={() => setAfter(pageInfo.endCursor)}>
            Load more
          </Button>
        </div>
      )}
    </div>
  );
}
