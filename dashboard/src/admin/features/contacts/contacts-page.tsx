import { useEffect, useMemo, useState } from "react";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "../../../ui/button.js";
import { Dialog } from "../../../ui/dialog.js";
import { PageHeader } from "../../../ui/page-header.js";
import { Select } from "../../../ui/select.js";
import { TextField } from "../../../ui/text-field.js";
import { whenShown } from "../../../ui/when-shown.js";
import { useTeamSession } from "../../session.js";
import { ContactTable, type ContactList } from "./contact-table.js";
import { PortalStats } from "./portal-stats.js";

const ContactForm = whenShown(() => import("./contact-form.js").then((module) => module.ContactForm));

const shows = [
  { value: "ALL", label: "All contacts", filter: {} },
  { value: "NOT_INVITED", label: "Not invited yet", filter: { states: ["NOT_INVITED"] } },
  { value: "INVITED", label: "Invited", filter: { states: ["INVITED"] } },
  { value: "ACCOUNT_CREATED", label: "With account", filter: { states: ["ACCOUNT_CREATED"] } },
  { value: "NO_EMAIL", label: "Without email", filter: { states: ["NO_EMAIL"] } },
  { value: "TWO_FACTOR_ON", label: "2FA on", filter: { twoFactorEnrolled: true } },
  { value: "TWO_FACTOR_OFF", label: "2FA off", filter: { twoFactorEnrolled: false } },
  { value: "LOCKED_OUT", label: "Locked out", filter: { lockedOut: true } },
] as const satisfies readonly { value: string; label: string; filter: ContactList["filter"] }[];
const orders = [
  { value: "NAME", label: "By name", order: { field: "NAME", direction: "ASC" } },
  { value: "CREATED", label: "Newest first", order: { field: "CREATED_AT", direction: "DESC" } },
  { value: "SIGN_IN", label: "Last sign-in first", order: { field: "LAST_SIGN_IN_AT", direction: "DESC" } },
] as const satisfies readonly { value: string; label: string; order: ContactList["orderBy"] }[];

const typingMs = 250;

/** Every contact of the firm, and how far each has come on the way into the portal. */
export function ContactsPage() {
  const { mayWrite } = useTeamSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [show, setShow] = useState<(typeof shows)[number]["value"]>("ALL");
  const [orderName, setOrder] = useState<(typeof orders)[number]["value"]>("NAME");
  const [isCreating, setCreating] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const list = useMemo<ContactList>(() => {
    const chosen = shows.find(({ value }) => value === show)?.filter ?? {};
    return {
      filter: { ...chosen, ...(search ? { search } : {}) } as ContactList["filter"],
      orderBy: orders.find(({ value }) => value === orderName)?.order ?? null,
    };
  }, [orderName, search, show]);
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
        Your clients, and whether they have a portal account.
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
        <Select label="Show" hideLabel options={shows} value={show} onChange={setShow} />
        <Select label="Order" hideLabel options={orders} value={orderName} onChange={setOrder} />
      </div>
      <ContactTable list={list} />
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
