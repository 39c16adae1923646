import { useState } from "react";
import { useQuery } from "urql";
import { graphql, readFragment, type FragmentOf } from "../../../graphql/graphql.js";
import { Problems } from "../../../graphql/problems.fragment.js";
import { otherProblems, problemOf, useAct } from "../../../graphql/use-act.js";
import { ActForm } from "../../../ui/act-form.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Card } from "../../../ui/card.js";
import { Ago, Day } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { useNotify } from "../../../ui/notices.js";
import { TextField } from "../../../ui/text-field.js";
import { useTeamSession } from "../../session.js";

const RequestRow_request = graphql(`
  fragment RequestRow_request on ClientRequest {
    id
    title
    sentTo
    dueOn
    createdAt
    completedAt
    linkState
    items {
      id
      text
      done
    }
  }
`);
export const RequestsCard_contact = graphql(
  `
    fragment RequestsCard_contact on Contact {
      id
      email
      requests(first: 50) {
        nodes {
          id
          ...RequestRow_request
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [RequestRow_request],
);
const RequestsCard_more = graphql(
  `
    query RequestsCard_more($contactId: ID!, $after: String) {
      contact(id: $contactId) {
        id
        requests(first: 50, after: $after) {
          nodes {
            id
            ...RequestRow_request
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  `,
  [RequestRow_request],
);
const RequestsCard_send = graphql(
  `
    mutation RequestsCard_send($input: SendClientRequestInput!) {
      sendClientRequest(input: $input) {
        request {
          id
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const RequestsCard_resend = graphql(
  `
    mutation RequestsCard_resend($input: RequestIdInput!) {
      resendClientRequest(input: $input) {
        request {
          id
          linkState
        }
        ...Problems
      }
    }
  `,
  [Problems],
);
const linkStates = {
  UNCLAIMED: { tone: "neutral", text: "Link not opened" },
  CLAIMED: { tone: "success", text: "Link opened" },
  EXPIRED: { tone: "warning", text: "Link expired" },
  REVOKED: { tone: "neutral", text: "Link revoked" },
} as const;

/** What the firm requested from the contact, how far each request is, and whether its magic link was opened. */
export function RequestsCard(props: { contact: FragmentOf<typeof RequestsCard_contact>; onChanged: () => void }) {
  const contact = readFragment(RequestsCard_contact, props.contact);
  const { nodes, pageInfo } = contact.requests;
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const [isSending, setSending] = useState(false);
  return (
    <Card
      title="Requests"
      actions={mayWrite && contact.email && <Button onPress={() => setSending(true)}>Send request</Button>}
    >
      {nodes.length === 0 ? (
        <p className="text-sm text-muted">
          No requests have been sent yet.{!contact.email && " Add an email address to send one."}
        </p>
      ) : (
        <ul className="flex flex-col divide-y divide-line text-sm">
          {nodes.map((node) => (
            <RequestRow key={node.id} request={node} onChanged={props.onChanged} />
          ))}
        </ul>
      )}
      {pageInfo.hasNextPage && (
        <MoreRequests key={pageInfo.endCursor} contactId={contact.id} after={pageInfo.endCursor} />
      )}
      <Dialog title="Send request" isOpen={isSending} onClose={() => setSending(false)}>
        <SendRequestForm
          contactId={contact.id}
          onCancel={() => setSending(false)}
          onDone={() => {
            setSending(false);
            notify({ tone: "success", text: "The request was sent." });
            props.onChanged();
          }}
        />
      </Dialog>
    </Card>
  );
}

/** The next page, loaded on demand; the cache appends it to the list. */
function MoreRequests({ contactId, after }: { contactId: string; after: string | null }) {
  const [{ fetching }, more] = useQuery({ query: RequestsCard_more, variables: { contactId, after }, pause: true });
  return (
    <Button isPending={fetching} onPress={() => more()}>
      Show more
    </Button>
  );
}

function RequestRow(props: { request: FragmentOf<typeof RequestRow_request>; onChanged: () => void }) {
  const request = readFragment(RequestRow_request, props.request);
  const { mayWrite } = useTeamSession();
  const notify = useNotify();
  const { act, isPending } = useAct(RequestsCard_resend);
  const resend = async () => {
    const { payload, problems } = await act({ input: { requestId: request.id } });
    notify(
      payload
        ? { tone: "success", text: `A new link was sent to ${request.sentTo}.` }
        : { tone: "danger", text: problems.map(({ message }) => message).join(" ") },
    );
    if (payload) props.onChanged();
  };
  const done = request.items.filter((item) => item.done).length;
  const link = linkStates[request.linkState];
  return (
    <li className="flex flex-col gap-1 py-3">
      <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1">
        <p className="min-w-0 font-medium break-words text-ink">{request.title}</p>
        <div className="flex flex-wrap items-center gap-2">
          {request.completedAt && <Badge tone="success">Completed</Badge>}
          <Badge tone={link.tone}>{link.text}</Badge>
        </div>
      </div>
      <p className="text-muted">
        Sent <Ago at={request.createdAt} /> to <Email address={request.sentTo} />
        {request.dueOn && (
          <>
            {" "}
            · due <Day on={request.dueOn} />
          </>
        )}
      </p>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <details className="min-w-0 flex-1">
          <summary className="cursor-pointer py-1.5 text-accent-text">
            {done} of {request.items.length} done<span className="sr-only">: {request.title}</span>
          </summary>
          <ul className="flex flex-col gap-1 pb-1 pl-4">
            {request.items.map((item) => (
              <li key={item.id} className="break-words text-ink">
                {item.text} <span className="text-muted">({item.done ? "done" : "open"})</span>
              </li>
            ))}
          </ul>
        </details>
        {mayWrite && !request.completedAt && (
          <Button
            size="small"
            look="quiet"
            aria-label={`Resend: ${request.title}`}
            isPending={isPending}
            onPress={() => void resend()}
          >
            Resend
          </Button>
        )}
      </div>
    </li>
  );
}

function SendRequestForm(props: { contactId: string; onDone: () => void; onCancel: () => void }) {
  const { act, isPending, problems } = useAct(RequestsCard_send);
  const [title, setTitle] = useState("");
  const [items, setItems] = useState("");
  const [dueOn, setDueOn] = useState("");
  const submit = async () => {
    const { payload } = await act({
      input: {
        contactId: props.contactId,
        title,
        items: items
          .split("\n")
          .map((line) => line.trim())
          .filter(Boolean),
        dueOn: dueOn || null,
      },
    });
    if (payload) props.onDone();
  };
  return (
    <ActForm
      onSubmit={submit}
      onCancel={props.onCancel}
      confirmLabel="Send"
      isPending={isPending}
      error={otherProblems(problems, "title", "items", "dueOn")}
    >
      <TextField label="Title" value={title} onChange={setTitle} error={problemOf(problems, "title")} isRequired />
      <TextField
        label="What you need"
        hint="One item per line."
        value={items}
        onChange={setItems}
        error={problemOf(problems, "items")}
        rows={5}
        isRequired
      />
      <TextField label="Due" type="date" value={dueOn} onChange={setDueOn} error={problemOf(problems, "dueOn")} />
    </ActForm>
  );
}
