import { useEffect } from "react";
import { useQuery } from "urql";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { roleMay } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { usePageChain, type LoadedPage } from "../../../graphql/use-page-chain.js";
import { Button } from "../../../ui/button.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { ErrorState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";
import { ActivityFilters } from "./activity-filters.js";
import { filterOf, type EventFilter } from "./event-filter.js";
import { EventList } from "./event-list.js";
import { ExportButton } from "./export-button.js";
import { EventRow_event, useKeptRound, type EventRow } from "./live-feed.js";

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

/** The firm's audit log, updated live. */
export function ActivityPage() {
  const search = useSearch({ from: "/activity" });
  const navigate = useNavigate({ from: "/activity" });
  const { role, firm } = useTeamSession();
  const filter = filterOf(search, firm.timeZone);
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
        Everything that people and programs do, as it happens. Entries are signed: nobody can change one unnoticed.
      </PageHeader>
      <ActivityFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <Events key={JSON.stringify(filter)} filter={filter} isFiltered={isFiltered} />
    </>
  );
}

function Events({ filter, isFiltered }: { filter: EventFilter; isFiltered: boolean }) {
  const { pages, wanted, setWanted, onRead, cursors } = usePageChain<EventRow>();
  return (
    <div className="rounded-xl border border-line bg-surface px-5 py-2">
      {pages.length > 0 && (
        <EventList
          loaded={pages.flatMap(({ rows }) => rows)}
          filter={filter}
          empty={isFiltered ? "Nothing matches this filter." : undefined}
        />
      )}
      {cursors.map((after, index) => (
        <PageOfEvents
          key={index}
          index={index}
          after={after}
          filter={filter}
          isLoaded={index < pages.length}
          onRead={onRead}
        />
      ))}
      {pages.length === wanted && pages.at(-1)?.hasNextPage && (
        <div className="flex justify-center py-3">
          <Button onPress={() => setWanted(wanted + 1)}>Show more</Button>
        </div>
      )}
    </div>
  );
}

/** Reads fifty events for the list; by itself it shows only that they are loading, or that loading failed. */
function PageOfEvents(props: {
  index: number;
  after: string | null;
  filter: EventFilter;
  isLoaded: boolean;
  onRead: (index: number, page: LoadedPage<EventRow>) => void;
}) {
  const { index, after, filter, isLoaded, onRead } = props;
  const [{ data, error }, again] = useQuery({
    query: ActivityPage_events,
    variables: { after, filter },
    requestPolicy: "cache-and-network",
  });
  const round = useKeptRound();
  const isNewest = index === 0;
  useEffect(() => {
    if (isNewest && round > 0) again({ requestPolicy: "network-only" });
  }, [again, isNewest, round]);
  useEffect(() => {
    if (!data) return;
    const { nodes, pageInfo } = data.auditEvents;
    onRead(index, { rows: nodes, endCursor: pageInfo.endCursor, hasNextPage: pageInfo.hasNextPage });
  }, [data, index, onRead]);
  if (isLoaded) return null;
  return error ? (
    <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
  ) : (
    <Skeleton lines={8} />
  );
}
