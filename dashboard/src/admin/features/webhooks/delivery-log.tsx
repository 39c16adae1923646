import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, sayError, useAct } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Banner } from "../../../ui/banner.js";
import { Button } from "../../../ui/button.js";
import { Moment } from "../../../ui/date-time.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { eventTitle } from "../audit/event-list.js";

const DeliveryLog_deliveries = graphql(`
  query DeliveryLog_deliveries($id: ID!, $after: String) {
    node(id: $id) {
      __typename
      id
      ... on WebhookEndpoint {
        deliveries(first: 20, after: $after) {
          edges {
            cursor
            node {
              eventId
              eventType
              replayAfter
              attempt
              attemptedAt
              durationMs
              isDelivered
              responseStatus
              failure
              nextAttemptAt
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`);
const DeliveryLog_replay = graphql(
  `
    mutation DeliveryLog_replay($input: ReplayWebhookEventsInput!) {
      replayWebhookEvents(input: $input) {
        webhookEndpoint {
          id
          state
          disabledAt
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

/** The delivery attempts of one webhook, newest first, with buttons to deliver events again. */
export function DeliveryLog(props: {
  endpoint: { id: string; url: string; deliveredThrough: string | null };
  mayWrite: boolean;
}) {
  const { endpoint, mayWrite } = props;
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error }, again] = useQuery({
    query: DeliveryLog_deliveries,
    variables: { id: endpoint.id, after },
    requestPolicy: "cache-and-network",
  });
  const { act, isPending, problems } = useAct(DeliveryLog_replay);
  const [replayNotice, setReplayNotice] = useState("");
  const replay = async (from: string) => {
    const { payload } = await act({ input: { webhookEndpointId: endpoint.id, after: from } });
    if (!payload) return;
    setReplayNotice("The events are being delivered.");
    setAfter(null);
    again({ requestPolicy: "network-only" });
  };
  const found = data?.node?.__typename === "WebhookEndpoint" ? data.node.deliveries : null;
  const other = otherProblems(problems);
  return (
    <div className="flex flex-col gap-4">
      <p translate="no" className="text-sm break-all text-muted">
        {endpoint.url}
      </p>
      {other && <Banner tone="danger">{other}</Banner>}
      {!data && error && (
        <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
      )}
      {!data && !error && <Skeleton />}
      {found?.edges.length === 0 && <EmptyState title="There were no deliveries in the last 30 days." />}
      {found && found.edges.length > 0 && (
        <Table
          label="Deliveries"
          rows={found.edges}
          rowKey={({ cursor }) => cursor}
          columns={[
            { id: "at", title: "When", renderCell: ({ node }) => <Moment at={node.attemptedAt} /> },
            { id: "event", title: "Event", renderCell: ({ node }) => eventTitle(node.eventType) },
            {
              id: "result",
              title: "Result",
              renderCell: ({ node }) => (
                <div className="flex flex-col items-start gap-1 max-md:items-end">
                  <Badge tone={node.isDelivered ? "success" : "warning"}>
                    {node.isDelivered ? "Delivered" : `Failed, attempt ${node.attempt}`}
                  </Badge>
                  <span className="text-muted">
                    {node.failure ?? `The receiver answered ${node.responseStatus ?? ""} in ${node.durationMs} ms.`}
                  </span>
                </div>
              ),
            },
            {
              id: "acts",
              title: "Action",
              align: "end",
              renderCell: ({ node }) =>
                mayWrite && (
                  <Button
                    size="small"
                    aria-label={`Deliver again from ${eventTitle(node.eventType)}`}
                    isPending={isPending}
                    onPress={() => void replay(node.replayAfter)}
                  >
                    Deliver again from here
                  </Button>
                ),
            },
          ]}
        />
      )}
      <div className="flex flex-wrap items-center gap-2">
        {mayWrite && endpoint.deliveredThrough && (
          <Button isPending={isPending} onPress={() => void replay(endpoint.deliveredThrough ?? "")}>
            Deliver missing events now
          </Button>
        )}
        {found?.pageInfo.hasNextPage && (
          <Button onPress={() => setAfter(found.pageInfo.endCursor)}>Older deliveries</Button>
        )}
        {after && <Button onPress={() => setAfter(null)}>Newest deliveries</Button>}
        <span aria-live="polite" className="text-sm text-muted">
          {replayNotice}
        </span>
      </div>
    </div>
  );
}
