import DataLoader from "dataloader";
import { normalizeEmail } from "@gatehouse/shared";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { badInput } from "../../platform/graphql/failures.js";
import { isFresh } from "../access/fresh-proof.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { ContactEmailChangeView } from "./contact-email-change.results.js";
import type { ContactEmailChangeInput } from "./contact.inputs.js";
import { Contact } from "./contact.entity.js";

const r = table(ClientRequest, "r");
const l = table(MagicLink, "l");
const c = table(Contact, "c");
const t = table(MailedToken, "t");
const n = computed<number>(sql`COUNT(*)`);
const REQUESTS = select({ contactId: r.contactId, n }).from`${r} WHERE ${r.contactId}`;
const OPEN_LINKS = select({ contactId: r.contactId, sentTo: r.sentTo, n })
  .from`${r} JOIN ${l} ON ${l.requestId} = ${r.id} WHERE ${l.revokedAt} IS NULL
  AND ((${l.claimedAt} IS NULL AND ${l.expiresAt} > ?) OR (${l.claimedAt} IS NOT NULL AND ${l.boundUntil} > ?)) AND ${r.contactId}`;
const INVITATIONS = select({ firmId: t.firmId, email: t.email, n })
  .from`${t} WHERE ${t.kind} IN ('INVITE', 'ACCOUNT_REQUEST') AND ${t.spentAt} IS NULL AND ${t.expiresAt} > ? AND ${t.firmId} = ? AND ${t.email}`;
const ADDRESSEES = select({ id: c.id, email: c.email }).from`${c} WHERE ${c.firmId} = ? AND ${c.email}`;

/** What a contact's new email would do, told before it is saved; `ContactChanges` judges it again, by the same rule. */
export class ContactEmailChanges {
  constructor(private readonly work: Work) {}

  private readonly requestsOf = () =>
    new DataLoader<string, number>(async (contactIds) => {
      const rows = await this.work.unpreparedRows(
        REQUESTS.plus` IN (${placeholders(contactIds.length)}) GROUP BY ${r.contactId}`,
        contactIds,
      );
      const found = new Map(rows.map((row) => [row.contactId, row.n]));
      return contactIds.map((contactId) => found.get(contactId) ?? 0);
    });
  private readonly openLinksOf = () =>
    new DataLoader<string, { sentTo: string; n: number }[]>(async (contactIds) => {
      const now = this.work.clock.now();
      const rows = await this.work.unpreparedRows(
        OPEN_LINKS.plus` IN (${placeholders(contactIds.length)}) GROUP BY ${r.contactId}, ${r.sentTo}`,
        [now, now, ...contactIds],
      );
      return contactIds.map((id) => rows.filter(({ contactId }) => contactId === id));
    });
  /** By the contact and the email that it has. */
  private readonly openInvitationsOf = () =>
    new DataLoader<ContactEmailChangeView, number>(async (views) => {
      const [{ firmId } = { firmId: "" }] = views;
      const emails = [...new Set(views.flatMap(({ from }) => from ?? []))];
      if (emails.length === 0) return views.map(() => 0);
      const places = placeholders(emails.length);
      const [open, contacts] = await Promise.all([
        this.work.unpreparedRows(INVITATIONS.plus` IN (${places}) GROUP BY ${t.firmId}, ${t.email}`, [
          this.work.clock.now(),
          firmId,
          ...emails,
        ]),
        this.work.unpreparedRows(ADDRESSEES.plus` IN (${places})`, [firmId, ...emails]),
      ]);
      const found = new Map(open.map((row) => [row.email, row.n]));
      return views.map(({ contactId, from }) => {
        const isOthers = contacts.some(({ id, email }) => email === from && id !== contactId);
        return from === null || isOthers ? 0 : (found.get(from) ?? 0);
      });
    });

  /** Null if there is no such contact. */
  async find(input: ContactEmailChangeInput, context: RequestContext): Promise<ContactEmailChangeView | null> {
    const { firmId } = asFirmCaller(context.caller);
    const { contactId } = input;
    const given = input.email?.trim();
    const to = given ? normalizeEmail(given) : null;
    if (given && to === null) throw badInput("This is not a valid email address.");
    const { reader } = this.work;
    const contact = await reader.findOneBy(Contact, { id: contactId, firmId });
    if (!contact) return null;
    const [login, requests] = await Promise.all([
      to === null ? null : reader.findOneBy(PortalAccount, { firmId, email: to }),
      context.loaders.of(this.requestsOf).load(contactId),
    ]);
    const change = {
      isNewContact: false,
      from: contact.email,
      to,
      accountBefore: contact.portalAccountId,
      accountAfter: login?.id ?? null,
      hasRequests: requests > 0,
    };
    const isProofFresh = isFresh(context.caller, this.work.clock.now());
    return ContactEmailChangeView.of({ firmId, contactId, change }, isProofFresh);
  }

  requests({ contactId }: ContactEmailChangeView, { loaders }: RequestContext): Promise<number> {
    return loaders.of(this.requestsOf).load(contactId);
  }
  /** Those that were mailed anywhere but to the new address. */
  async openLinks({ contactId, from, to }: ContactEmailChangeView, { loaders }: RequestContext): Promise<number> {
    if (from === to) return 0;
    const links = await loaders.of(this.openLinksOf).load(contactId);
    return links.reduce((sum, { sentTo, n: open }) => (sentTo === to ? sum : sum + open), 0);
  }
  async openInvitations(view: ContactEmailChangeView, { loaders }: RequestContext): Promise<number> {
    return view.from === view.to ? 0 : loaders.of(this.openInvitationsOf).load(view);
  }
}
