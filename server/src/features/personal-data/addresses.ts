import { normalizeEmail } from "@gatehouse/shared";
import type { Reads } from "../../platform/database/reads.js";
import { placeholders, select, selectDistinct, sql, table, type Sql } from "../../platform/database/sql.js";
import type { AuditEvent } from "../audit/audit-event.entity.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { TeamMember } from "../firm-staff/team-member.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { MailedToken, type MailedTokenKind } from "../mailed-tokens/mailed-token.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../portal-mail-requests/portal-mail-request.entity.js";
import { endSessions } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import { changesOf } from "../work/event-sentence.js";
import type { UnitOfWork } from "../work/unit-of-work.js";

const contacts = table(Contact);
const accounts = table(PortalAccount);
const members = table(TeamMember);
const mails = table(OutboxMail);
const tokens = table(MailedToken);
const mailRequests = table(PortalMailRequest);
const sessions = table(Session);
/** Those of the firm who have the address, but for one of them. */
const CONTACTS = select({ email: contacts.email })
  .from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.id} <> ? AND ${contacts.email}`;
const LOGINS = select({ email: accounts.email })
  .from`${accounts} WHERE ${accounts.firmId} = ? AND ${accounts.id} <> ? AND ${accounts.email}`;
const COLLEAGUES = select({ email: members.email })
  .from`${members} WHERE ${members.firmId} = ? AND ${members.id} <> ? AND ${members.email}`;
const requests = table(ClientRequest);
const SENT_TO = selectDistinct({ sentTo: requests.sentTo }).from`${requests} WHERE ${requests.contactId} = ?`;
const DELETE_MAILS = sql`DELETE FROM ${mails} WHERE ${mails.firmId} = ? AND ${mails.createdAt} < ? AND ${mails.recipient}`;
/** The mailed permissions that belong to an address. The others belong to an account, by its id. */
export const ADDRESS_TOKEN_KINDS: readonly MailedTokenKind[] = [
  "INVITE",
  "ACCOUNT_REQUEST",
  "MAGIC_LINK",
  "PASSWORD_RESET",
  "EMAIL_CHANGE",
];
const DELETE_TOKENS = sql`DELETE FROM ${tokens} WHERE ${tokens.kind} IN (${placeholders(ADDRESS_TOKEN_KINDS.length)})
  AND ${tokens.firmId} = ? AND ${tokens.email}`;
const DELETE_MAIL_REQUESTS = sql`DELETE FROM ${mailRequests} WHERE ${mailRequests.firmId} = ? AND ${mailRequests.email}`;
const LINK_SESSIONS = sql`${sessions.audience} = 'PORTAL' AND ${sessions.assurance} = 'LINK' AND ${sessions.firmId} = ? AND ${sessions.email}`;

/** The addresses that the facts of an event name. */
export function addressesIn(event: AuditEvent): string[] {
  const data = JSON.parse(event.data) as Readonly<Record<string, unknown>>;
  const values = [...Object.values(data), ...changesOf(event).flatMap(({ before, after }) => [before, after])];
  return values.flatMap((value) => (typeof value === "string" && value.includes("@") && normalizeEmail(value)) || []);
}

/** Those of the addresses that nobody else of the firm has: no contact, no login, no colleague. */
export async function ownAmong(
  reads: Pick<Reads, "unpreparedRows">,
  { firmId, contactId, accountId }: { firmId: string; contactId: string; accountId: string | null },
  addresses: readonly string[],
): Promise<string[]> {
  const all = [...new Set(addresses)];
  if (all.length === 0) return [];
  const inUse = new Set<string | null>();
  const owners = [
    [CONTACTS, contactId],
    [LOGINS, accountId ?? ""],
    [COLLEAGUES, ""],
  ] as const;
  for (const [owned, id] of owners) {
    const found = await reads.unpreparedRows(owned.plus` IN (${placeholders(all.length)})`, [firmId, id, ...all]);
    for (const { email } of found) inUse.add(email);
  }
  return all.filter((address) => !inUse.has(address));
}

/** The addresses at which the contact is reached, and its login, if that goes too, that nobody else of the firm has. */
export async function addressesOf(
  reads: Pick<Reads, "unpreparedRows">,
  { id: contactId, firmId, email }: Pick<Contact, "id" | "firmId" | "email">,
  login: { ownerId: string; email: string } | null,
): Promise<string[]> {
  const sent = await reads.unpreparedRows(SENT_TO, [contactId]);
  const all = [email, login?.email, ...sent.map(({ sentTo }) => sentTo)].filter((address) => address != null);
  return ownAmong(reads, { firmId, contactId, accountId: login?.ownerId ?? null }, all);
}

/**
 * Deletes what was mailed to these addresses, which nobody has any more, before then, or was asked for there, and the
 * sessions of links that were mailed there. Returns the ids of the sessions that ended.
 */
export async function deleteMailedTo(
  unit: UnitOfWork,
  { firmId, addresses: own, before }: { firmId: string; addresses: readonly string[]; before: number },
): Promise<string[]> {
  if (own.length === 0) return [];
  const among = (statement: Sql) => sql`${statement} IN (${placeholders(own.length)})`;
  await unit.affected(among(DELETE_MAILS), [firmId, before, ...own]);
  await unit.affected(among(DELETE_TOKENS), [...ADDRESS_TOKEN_KINDS, firmId, ...own]);
  await unit.affected(among(DELETE_MAIL_REQUESTS), [firmId, ...own]);
  const ofLinks = among(LINK_SESSIONS);
  const ended = await endSessions(unit, sql`${ofLinks} AND ${sessions.expiresAt} > ?`, [firmId, ...own, unit.now]);
  await unit.affected(sql`DELETE FROM ${sessions} WHERE ${ofLinks}`, [firmId, ...own]);
  return ended;
}
