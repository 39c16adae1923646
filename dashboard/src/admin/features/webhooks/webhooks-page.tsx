import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, sayError, useAct } from "../../../graphql/use-act.js";
import { AlertDialog } from "../../../ui/alert-dialog.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Day, Moment } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { useTeamSession } from "../../session.js";
import { ShownOnce } from "../api-keys/shown-once.js";
import { eventTitle } from "../audit/event-list.js";
import { CreateWebhookForm } from "./create-webhook-form.js";
import { DeliveryLog } from "./delivery-log.js";

const WebhooksPage_endpoints = graphql(`
  query WebhooksPage_endpoints {
    webhookEndpoints {
      id
      url
      types
      createdAt
      disabledAt
      lastFailure
      state
      nextAttemptAt
      deliveredThrough
    }
  }
`);
const WebhooksPage_delete = graphql(
  `
    mutation WebhooksPage_delete($input: WebhookEndpointIdInput!) {
      deleteWebhookEndpoint(input: $input) {
        webhookEndpoint {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);

const WebhooksPage_rotate = graphql(
  `
    mutation WebhooksPage_rotate($input: WebhookEndpointIdInput!) {
      rotateWebhookSecret(input: $input) {
        webhookEndpoint {
          id
        }
        signingSecret
        ...Problems
      }
    }
  `,
  [Problems],
);

/** What is being done to one of the webhooks. */
type Doing = { act: "remove" | "rotate" | "log"; id: string; url: string; deliveredThrough: string | null };

/** The addresses that receive the firm's events. */
export function WebhooksPage() {
  const { mayWrite } = useTeamSession();
  const [{ data, error }, again] = useQuery({ query: WebhooksPage_endpoints, requestPolicy: "cache-and-network" });
  const remove = useAct(WebhooksPage_delete);
  const [isCreating, setCreating] = useState(false);
  const rotate = useAct(WebhooksPage_rotate);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = () => again({ requestPolicy: "network-only" });
  const confirmRemove = async () => {
    if (!doing) return;
    const { payload } = await remove.act({ input: { webhookEndpointId: doing.id } });
    if (!payload) return;
    setDoing(null);
    refresh();
  };
  const confirmRotate = async () => {
    if (!doing) return;
    const { payload } = await rotate.act({ input: { webhookEndpointId: doing.id } });
    if (!payload) return;
    setDoing(null);
    setSecret(payload.signingSecret);
  };
  return (
    <>
      <PageHeader
        title="Webhooks"
        above="Settings"
        actions={
          mayWrite && (
            <Button look="primary" onPress={() => setCreating(true)}>
              New webhook
            </Button>
          )
        }
      >
        Send events to your own systems, signed according to Standard Webhooks.
      </PageHeader>
      <div className="rounded-xl border border-line bg-surface">
        {!data && error && <ErrorState message={sayError(error)} onRetry={refresh} />}
        {!data && !error && (
          <div className="p-5">
            <Skeleton />
          </div>
        )}
        {data?.webhookEndpoints.length === 0 && <EmptyState title="There are no webhooks yet." />}
        {data && data.webhookEndpoints.length > 0 && (
          <Table
            label="Webhooks"
            rows={data.webhookEndpoints}
            rowKey={({ id }) => id}
            columns={[
              {
                id: "url",
                title: "Address",
                renderCell: ({ url }) => (
                  <span translate="no" className="break-all">
                    {url}
                  </span>
                ),
              },
              {
                id: "types",
                title: "Events",
                renderCell: ({ types }) => (types.length === 0 ? "All" : types.map(eventTitle).join(", ")),
              },
              { id: "created", title: "Since", renderCell: ({ createdAt }) => <Day on={createdAt} /> },
              {
                id: "state",
                title: "Status",
                renderCell: ({ state, lastFailure, nextAttemptAt }) => (
                  <div className="flex flex-col items-start gap-1 max-md:items-end">
                    <Badge tone={stateTones[state]}>{stateWords[state]}</Badge>
                    {lastFailure && <span className="text-muted">{lastFailure}</span>}
                    {nextAttemptAt && (
                      <span className="text-muted">
                        Next attempt <Moment at={nextAttemptAt} />
                      </span>
                    )}
                  </div>
                ),
              },
              {
                id: "acts",
                title: "Action",
                align: "end",
                renderCell: ({ id, url, deliveredThrough }) => {
                  const about = { id, url, deliveredThrough };
                  return (
                    <div className="flex flex-wrap justify-end gap-2">
                      <Button
                        size="small"
                        aria-label={`Deliveries to ${url}`}
                        onPress={() => setDoing({ act: "log", ...about })}
                      >
                        Deliveries
                      </Button>
                      {mayWrite && (
                        <>
                          <Button
                            size="small"
                            aria-label={`New secret for ${url}`}
                            onPress={() => setDoing({ act: "rotate", ...about })}
                          >
                            New secret
                          </Button>
                          <Button
                            size="small"
                            aria-label={`Remove ${url}`}
                            onPress={() => setDoing({ act: "remove", ...about })}
                          >
                            Remove
                          </Button>
                        </>
                      )}
                    </div>
                  );
                },
              },
            ]}
          />
        )}
      </div>
      <Dialog title="New webhook" isOpen={isCreating} onClose={() => setCreating(false)} isPersistent>
        <CreateWebhookForm
          onClose={() => {
            setCreating(false);
            refresh();
          }}
        />
      </Dialog>
      <Dialog
        title="Deliveries"
        width="wide"
        isOpen={doing?.act === "log"}
        onClose={() => {
          setDoing(null);
          refresh();
        }}
      >
        {doing && <DeliveryLog endpoint={doing} mayWrite={mayWrite} />}
      </Dialog>
      <Dialog title="New signing secret" isOpen={secret !== null} onClose={() => setSecret(null)} isPersistent>
        {secret && <ShownOnce label="Signing secret" secret={secret} onDone={() => setSecret(null)} />}
      </Dialog>
      <AlertDialog
        title="Replace the signing secret?"
        isOpen={doing?.act === "rotate"}
        onCancel={() => setDoing(null)}
        onConfirm={() => void confirmRotate()}
        confirmLabel="Replace"
        isPending={rotate.isPending}
        error={otherProblems(rotate.problems)}
      >
        <p>
          For one day, deliveries to <span className="break-all">{doing?.url}</span> are signed with both secrets; after
          that, only with the new one.
        </p>
      </AlertDialog>
      <AlertDialog
        title="Remove the webhook?"
        isOpen={doing?.act === "remove"}
        onCancel={() => setDoing(null)}
        onConfirm={() => void confirmRemove()}
        confirmLabel="Remove"
        isDanger
        isPending={remove.isPending}
        error={otherProblems(remove.problems)}
      >
        <p>
          <span className="break-all">{doing?.url}</span> will no longer receive events.
        </p>
      </AlertDialog>
    </>
  );
}

const stateWords = { ACTIVE: "Active", FAILING: "Failing", DISABLED: "Disabled" } as const;
const stateTones = { ACTIVE: "success", FAILING: "warning", DISABLED: "danger" } as const;
