import { useEffect, useMemo, useState } from "react";
import { useQuery } from "urql";
import { Link, useNavigate } from "@tanstack/react-router";
import { graphql, readFragment, type VariablesOf } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Badge } from "../../../ui/badge.js";
import { Button } from "../../../ui/button.js";
import { Ago } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { Email } from "../../../ui/email.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Select } from "../../../ui/select.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { Table } from "../../../ui/table.js";
import { TextField } from "../../../ui/text-field.js";
import { whenShown } from "../../../ui/when-shown.js";
import { useTeamSession } from "../../session.js";
import { useLiveRefresh } from "../audit/live-feed.js";
import { ContactRow_contact, isLocked, type ContactRow } from "./contact-row.js";
import { InviteButton } from "./invite-button.js";
import { PortalStats } from "./portal-stats.js";
import { SelectionBar, type Selection } from "./selection-bar.js";

const ContactForm = whenShown(() => import("./contact-form.js").then((module) => module.ContactForm));

const ContactsPage_contacts = graphql(
  `
    query ContactsPage_contacts($after: String, $filter: ContactFilter, $orderBy: ContactOrder) {
      contacts(first: 50, after: $after, filter: $filter, orderBy: $orderBy) {
        totalCount
        nodes {
          id
          ...ContactRow_contact
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  `,
  [ContactRow_contact],
);
type Filter = NonNullable<VariablesOf<typeof ContactsPage_contacts>["filter"]>;
type Order = NonNullable<VariablesOf<typeof ContactsPage_contacts>["orderBy"]>;

const shows = [
  { value: "ALL", label: "All contacts", filter: {} },
  { value: "NOT_INVITED", label: "Not invited yet", filter: { states: ["NOT_INVITED"] } },
  { value: "INVITED", label: "Invited", filter: { states: ["INVITED"] } },
  { value: "ACCOUNT_CREATED", label: "With account", filter: { states: ["ACCOUNT_CREATED"] } },
  { value: "NO_EMAIL", label: "Without email", filter: { states: ["NO_EMAIL"] } },
  { value: "TWO_FACTOR_ON", label: "2FA on", filter: { twoFactorEnrolled: true } },
  { value: "TWO_FACTOR_OFF", label: "2FA off", filter: { twoFactorEnrolled: false } },
  { value: "LOCKED_OUT", label: "Locked out", filter: { lockedOut: true } },
] as const satisfies readonly { value: string; label: string; filter: Filter }[];
const orders = [
  { value: "NAME", label: "By name", order: { field: "NAME", direction: "ASC" } },
  { value: "CREATED", label: "Newest first", order: { field: "CREATED_AT", direction: "DESC" } },
  { value: "SIGN_IN", label: "Last sign-in first", order: { field: "LAST_SIGN_IN_AT", direction: "DESC" } },
] as const satisfies readonly { value: string; label: string; order: Order }[];

const typingMs = 250;

/** Every contact of the firm, and how far each is on the way into the portal. */
export function ContactsPage() {
  const { mayWrite } = useTeamSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [show, setShow] = useState<(typeof shows)[number]["value"]>("ALL");
  const [orderName, setOrder] = useState<(typeof orders)[number]["value"]>("NAME");
  const [after, setAfter] = useState<string | null>(null);
  const [isCreating, setCreating] = useState(false);
  const [selection, setSelection] = useState<Selection>(new Map());
  useEffect(() => {
    const timer = setTimeout(() => {
      setAfter(null);
      setSearch(typed.trim());
    }, typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const variables = useMemo(() => {
    const chosen: Filter = shows.find(({ value }) => value === show)?.filter ?? {};
    return {
      after,
      filter: { ...chosen, ...(search ? { search } : {}) },
      orderBy: orders.find(({ value }) => value === orderName)?.order ?? null,
    };
  }, [after, orderName, search, show]);
  const [{ data, error, fetching }, again] = useQuery({
    query: ContactsPage_contacts,
    variables,
    requestPolicy: "cache-and-network",
  });
  // A row changes by itself; which rows there are may change too.
  useLiveRefresh(again);
  const rows = data?.contacts.nodes.map((node) => readFragment(ContactRow_contact, node));
  const select = (row: ContactRow, isSelected: boolean) => {
    const next = new Map(selection);
    if (isSelected) next.set(row.id, row);
    else next.delete(row.id);
    setSelection(next);
  };
  return (
    <>
      <PageHeader
        title="Contacts"
        actions={
          mayWrite && (
            <>
              <Button onPress={() => void navigate({ to: "/contacts/import" })}>Import</Button>
              <Button look="primary" onPress={() => setCreating(true)}>
                New contact
              </Button>
            </>
          )
        }
      >
        A blank portal account is a reminder to invite.
      </PageHeader>
      <PortalStats />
      <div className="mb-4 grid gap-3 sm:grid-cols-[1fr_12rem_12rem]">
        <TextField
          aria-label="Search contacts"
          type="search"
          placeholder="Search name, organization or email"
          value={typed}
          onChange={setTyped}
        />
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
        <Select
          label="Order"
          hideLabel
          options={orders}
          value={orderName}
          onChange={(value) => {
            setAfter(null);
            setOrder(value);
          }}
        />
      </div>
      <div className="rounded-xl border border-line bg-surface">
        {error && !rows && (
          <ErrorState message={sayError(error)} onRetry={() => again({ requestPolicy: "network-only" })} />
        )}
        {!error && !rows && (
          <div className="p-5">
            <Skeleton lines={10} label="Loading contacts" />
          </div>
        )}
        {rows?.length === 0 && (
          <EmptyState title={search || show !== "ALL" ? "No contact matches." : "There are no contacts yet."}>
            {search || show !== "ALL"
              ? "Try fewer letters or another filter."
              : "Create the first one, or import a file."}
          </EmptyState>
        )}
        {rows && rows.length > 0 && mayWrite && (
          <SelectionBar shown={rows} selection={selection} onChange={setSelection} />
        )}
        {rows && rows.length > 0 && (
          <Table
            label="Contacts"
            rows={rows}
            rowKey={({ id }) => id}
            selection={
              mayWrite
                ? {
                    isSelected: ({ id }) => selection.has(id),
                    nameOf: ({ name }) => name,
                    onChange: select,
                  }
                : undefined
            }
            columns={[
              {
                id: "name",
                title: "Name",
                renderCell: (row) => (
                  <Link to="/contacts/$contactId" params={{ contactId: row.id }} className="link font-medium">
                    {row.name}
                  </Link>
                ),
              },
              { id: "organization", title: "Organization", renderCell: (row) => row.organization },
              { id: "email", title: "Email", renderCell: ({ email }) => email && <Email address={email} /> },
              {
                id: "portal",
                title: "Portal account",
                renderCell: (row) => {
                  if (row.portalAccount) return <Email address={row.portalAccount.email} />;
                  if (!row.email) return null;
                  return (
                    <>
                      {row.invitedAt && (
                        <p className="text-muted">
                          Invited <Ago at={row.invitedAt} />
                        </p>
                      )}
                      {mayWrite && <InviteButton contact={row} small />}
                    </>
                  );
                },
              },
              {
                id: "twoFactor",
                title: "2FA",
                renderCell: ({ portalAccount }) =>
                  portalAccount && (
                    <span className="inline-flex flex-wrap gap-1">
                      {portalAccount.twoFactor.enrolled ? <Badge tone="success">2FA on</Badge> : <Badge>2FA off</Badge>}
                      {isLocked(portalAccount.lockedUntil) && <Badge tone="danger">Locked</Badge>}
                    </span>
                  ),
              },
              {
                id: "lastSignIn",
                title: "Last sign-in",
                renderCell: ({ portalAccount }) =>
                  portalAccount?.lastSignInAt && <Ago at={portalAccount.lastSignInAt} />,
              },
            ]}
          />
        )}
      </div>
      {rows && rows.length > 0 && (
        <div className="flex flex-wrap items-center justify-between gap-3 py-4 text-sm text-muted">
          <p aria-live="polite">
            {rows.length} of {data?.contacts.totalCount}
          </p>
          {data?.contacts.pageInfo.hasNextPage && (
            <Button isPending={fetching} onPress={() => setAfter(data.contacts.pageInfo.endCursor)}>
              Load more
            </Button>
          )}
        </div>
      )}
      <Dialog title="New contact" isOpen={isCreating} onClose={() => setCreating(false)}>
        <ContactForm
          onCancel={() => setCreating(false)}
          onDone={(contactId) => {
            setCreating(false);
            void navigate({ to: "/contacts/$contactId", params: { contactId } });
          }}
        />
      </Dialog>
    </>
  );
}
