import { useState } from "react";
import { useQuery } from "urql";
import { Link } from "@tanstack/react-router";
import { rollOutRecipientStates, type RollOutRecipientState } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago } from "../../../ui/date-time.js";
import { Email } from "../../../ui/email.js";
import { Select } from "../../../ui/select.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { useLiveRefresh } from "../audit/live-feed.js";

const Recipients_rollOut = graphql(`
  query Recipients_rollOut($after: String, $state: RollOutRecipientState) {
    rollOut {
      id
      recipients(first: 50, after: $after, state: $state) {
        nodes {
          contact {
            id
            name
          }
          state
          mails
          mailedAt
          mailedTo
          failure
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`);
const tones = { ENROLLED: "success", STOPPED: "neutral", MAILED: "accent", WAITING: "warning" } as const;
const names = Object.keys(rollOutRecipientStates) as RollOutRecipientState[];
const shows: readonly { value: RollOutRecipientState | "ALL"; label: string }[] = [
  { value: "ALL", label: "Everyone" },
  ...names.map((value) => ({ value, label: rollOutRecipientStates[value].title })),
];

/** The progress of each contact. */
export function Recipients() {
  const [show, setShow] = useState<RollOutRecipientState | "ALL">("ALL");
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error, fetching }, again] = useQuery({
    query: Recipients_rollOut,
    variables: { after, state: show === "ALL" ? null : show },
    requestPolicy: "cache-and-network",
  });
  useLiveRefresh(again);
  const found = data?.rollOut?.recipients;
  return (
    <Card title="Contacts">
      <div className="flex flex-col gap-4">
        <div className="max-w-60">
          <Select
            label="Show"
            hideLabel
            options={shows}
            value={show}
            onChange={(value) => {
              setAfter(null);
              setShow(value);
            }}
          />
        </div>
        {error && !found && (
          <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
        )}
        {!error && !found && <Skeleton lines={6} label="Loading contacts" />}
        {found?.nodes.length === 0 && <EmptyState title="No contacts here." />}
        {found && found.nodes.length > 0 && (
          <div className="-mx-5">
            <Table
              label="Contacts of the roll-out"
              rows={found.nodes}
              rowKey={({ contact }) => contact.id}
              columns={[
                {
                  id: "name",
                  title: "Contact",
                  renderCell: ({ contact: { id, name } }) => (
                    <Link to="/contacts/$contactId" params={{ contactId: id }} className="link break-words">
                      {name}
                    </Link>
                  ),
                },
                {
                  id: "state",
                  title: "Status",
                  renderCell: ({ state }) => <Badge tone={tones[state]}>{rollOutRecipientStates[state].title}</Badge>,
                },
                { id: "mails", title: "Mails", renderCell: ({ mails }) => mails > 0 && mails },
                {
                  id: "last",
                  title: "Last mail",
                  renderCell: ({ mailedAt, mailedTo, failure }) =>
                    mailedAt && (
                      <>
                        <Ago at={mailedAt} />
                        {mailedTo && (
                          <p className="text-muted">
                            <Email address={mailedTo} />
                          </p>
                        )}
                        {failure && <p className="text-danger-text">Not delivered: {failure}</p>}
                      </>
                    ),
                },
              ]}
            />
          </div>
        )}
        {found?.pageInfo.hasNextPage && (
          <p>
            <Button isPending={fetching} onPress={() => setAfter(found.pageInfo.endCursor)}>
              Show more
            </Button>
          </p>
        )}
      </div>
    </Card>
  );
}
