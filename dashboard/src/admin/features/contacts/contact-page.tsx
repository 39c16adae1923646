import { useState } from "react";
import { useQuery } from "urql";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { languages } from "@gatehouse/shared";
import { graphql } from "../../../graphql/graphql.js";
import { sayError } from "../../../graphql/use-act.js";
import { Button } from "../../../ui/button.js";
import { Card, Facts } from "../../../ui/card.js";
import { Day } from "../../../ui/date-time.js";
import { Dialog } from "../../../ui/dialog.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Skeleton } from "../../../ui/skeleton.js";
import { EmptyState, ErrorState } from "../../../ui/states.js";
import { useTeamSession } from "../../session.js";
import { EventList } from "../audit/event-list.js";
import { EventRow_event, useLiveRefresh } from "../audit/live-feed.js";
import { AccessCard, AccessCard_contact } from "./access-card.js";
import { ClientPortalCard, ClientPortalCard_contact } from "./client-portal-card.js";
import { ContactForm } from "./contact-form.js";
import { DeleteContactDialog } from "./delete-contact-dialog.js";
import { ExportContactDialog } from "./export-contact-dialog.js";
import { FormerLogin } from "./former-login.js";
import { InviteButton } from "./invite-button.js";
import { RequestsCard, RequestsCard_contact } from "./requests-card.js";

const ContactPage_contact = graphql(
  `
    query ContactPage_contact($id: ID!) {
      contact(id: $id) {
        id
        name
        organization
        email
        externalId
        language
        createdAt
        portalAccount {
          id
          email
        }
        ...ClientPortalCard_contact
        ...RequestsCard_contact
        ...AccessCard_contact
        portalAccessState
        auditEvents(first: 30) {
          nodes {
            id
            ...EventRow_event
          }
        }
      }
    }
  `,
  [ClientPortalCard_contact, RequestsCard_contact, AccessCard_contact, EventRow_event],
);

/** One contact: details, portal account, requests and activity. */
export function ContactPage() {
  const { contactId } = useParams({ from: "/contacts/$contactId" });
  const { mayWrite } = useTeamSession();
  const navigate = useNavigate();
  const [isEditing, setEditing] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const [isDeleting, setDeleting] = useState(false);
  const [changed, setChanged] = useState<{ contactId: string; times: number; accountBefore: string | null } | null>(
    null,
  );
  const [{ data, error }, again] = useQuery({
    query: ContactPage_contact,
    variables: { id: contactId },
    requestPolicy: "cache-and-network",
  });
  useLiveRefresh(again, contactId);
  const refresh = () => again({ requestPolicy: "network-only" });
  if (error && !data) return <ErrorState message={sayError(error)} onRetry={refresh} />;
  if (!data) return <Skeleton lines={8} label="Loading the contact" />;
  const { contact } = data;
  if (!contact)
    return (
      <EmptyState
        title="This contact does not exist."
        action={
          <Link to="/" className="link">
            Go to contacts
          </Link>
        }
      />
    );
  return (
    <>
      <PageHeader
        above={
          <Link to="/" className="link">
            Contacts
          </Link>
        }
        title={<span translate="no">{contact.name}</span>}
        actions={
          mayWrite && (
            <>
              <Button onPress={() => setExporting(true)}>Export data…</Button>
              <Button onPress={() => setDeleting(true)}>Delete contact…</Button>
              <Button onPress={() => setEditing(true)}>Edit contact</Button>
            </>
          )
        }
      >
        {contact.organization}
      </PageHeader>
      {changed?.contactId === contact.id && changed.accountBefore !== null && (
        <FormerLogin key={changed.times} accountId={changed.accountBefore} />
      )}
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-6">
          <Card title="Details">
            <Facts
              facts={[
                ["Name", contact.name],
                ["Organization", contact.organization ?? "–"],
                ["Email", contact.email ?? "–"],
                ["Language", contact.language ? languages[contact.language].englishName : "The firm's default"],
                ["External id", contact.externalId ?? "–"],
                ["Created", <Day key="created" on={contact.createdAt} />],
              ]}
            />
          </Card>
          <ClientPortalCard contact={contact} onActed={refresh} />
          <AccessCard
            contact={contact}
            mayWrite={mayWrite}
            inviteButton={<InviteButton contact={contact} small />}
            onEdit={() => setEditing(true)}
            onActed={refresh}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <RequestsCard contact={contact} onChanged={refresh} />
          <Card title="Activity">
            <EventList loaded={contact.auditEvents.nodes} contactId={contact.id} />
          </Card>
        </div>
      </div>
      {isExporting && <ExportContactDialog contact={contact} onClose={() => setExporting(false)} />}
      {isDeleting && (
        <DeleteContactDialog
          contactId={contact.id}
          onClose={() => setDeleting(false)}
          onDone={() => void navigate({ to: "/" })}
        />
      )}
      <Dialog title="Edit contact" isOpen={isEditing} onClose={() => setEditing(false)}>
        <ContactForm
          contact={{ ...contact, loginEmail: contact.portalAccount?.email ?? null }}
          onCancel={() => setEditing(false)}
          onDone={() => {
            setEditing(false);
            setChanged({
              contactId: contact.id,
              times: (changed?.times ?? 0) + 1,
              accountBefore: contact.portalAccount?.id ?? null,
            });
            refresh();
          }}
        />
      </Dialog>
    </>
  );
}
