import { forUpdateSql } from "../../platform/database/dialect.js";
import { placeholders, select, selectDistinct, sql, table } from "../../platform/database/sql.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { OutboxMail } from "../mail/outbox-mail.entity.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "../portal-mail-requests/portal-mail-request.entity.js";
import { endSessions } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { withdrawMails } from "../mail/outbox.js";
import { accountTokens, voidTokens } from "../mailed-tokens/mailed-tokens.js";
import { endLink } from "./end-link.js";

const requests = table(ClientRequest);
const SENT = select({ id: requests.id })
  .from`${requests} WHERE ${requests.firmId} = ? AND ${requests.sentTo} = ? AND ${requests.contactId}`;
const SENT_ELSEWHERE = selectDistinct({ sentTo: requests.sentTo })
  .from`${requests} WHERE ${requests.firmId} = ? AND ${requests.contactId} = ? AND ${requests.sentTo} <> ?`;
const READDRESS = sql`UPDATE ${requests} SET ${requests.sentTo} = ? WHERE ${requests.id} = ?`;
const mailRequests = table(PortalMailRequest);
const DELETE_MAIL_REQUESTS = sql`DELETE FROM ${mailRequests} WHERE ${mailRequests.firmId} = ? AND ${mailRequests.email} = ?`;
const mails = table(OutboxMail);
const contacts = table(Contact);
const CONTACT_WITH_EMAIL = select({ id: contacts.id })
  .from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.email} = ? LIMIT 1`;
const accounts = table(PortalAccount);
const ACCOUNT_WITH_EMAIL = select({ id: accounts.id })
  .from`${accounts} WHERE ${accounts.firmId} = ? AND ${accounts.email} = ? AND ${accounts.unlinkedAt} IS NULL`;
const links = table(MagicLink);
const LINKS = select({ id: links.id }).from`${links} WHERE ${links.requestId} = ?`;
const sessions = table(Session);
const LINK_SESSIONS = sql`${sessions.requestId} = ? AND ${sessions.assurance} = 'LINK'`;

/** An address at which contacts are no longer reached. */
interface RetiredAddress {
  firmId: string;
  contactIds: readonly string[];
  from: string;
  /** Where they are reached from now on; null: nowhere. */
  to: string | null;
}

/**
 * The address was corrected: the owner of the old mailbox may be a stranger, who proved nothing but that mailbox. Links
 * mailed there end, with the devices that claimed them and the sessions they opened. The requests move to the new
 * address, so that a requested link goes to the right mailbox. Whatever was mailed to the address itself ends too,
 * unless another contact of the firm still has it or signs in with it. Returns the ids of the sessions that ended.
 */
export async function retireAddress(
  unit: UnitOfWork,
  { firmId, contactIds, from, to }: RetiredAddress,
): Promise<string[]> {
  if (contactIds.length === 0) return [];
  const sent = await unit.rows(SENT.plus` IN (${placeholders(contactIds.length)})${forUpdateSql(unit.manager)}`, [
    firmId,
    from,
    ...contactIds,
  ]);
  const ended: string[] = [];
  for (const { id } of sent) ended.push(...(await endLinksOf(unit, firmId, id, to ?? from)));
  if (await isInUse(unit, firmId, from)) return ended;
  await voidTokens(unit, firmId, from, [...accountTokens, "PASSWORD_RESET"]);
  await unit.affected(DELETE_MAIL_REQUESTS, [firmId, from]);
  await withdrawMails(unit, firmId, sql`${mails.recipient} = ?`, [from]);
  return ended;
}

async function isInUse(unit: UnitOfWork, firmId: string, email: string): Promise<boolean> {
  for (const statement of [CONTACT_WITH_EMAIL, ACCOUNT_WITH_EMAIL])
    if ((await unit.rows(statement, [firmId, email])).length > 0) return true;
  return false;
}

/**
 * What was sent to the contact goes from now on only to this address, or nowhere if it is null: not to the email of a
 * login that the contact had, which may differ from the contact's, nor to a much older address. Returns the ids of the
 * sessions that ended.
 */
export async function readdressRequests(
  unit: UnitOfWork,
  { firmId, contactId, to }: { firmId: string; contactId: string; to: string | null },
): Promise<string[]> {
  const earlier = await unit.rows(SENT_ELSEWHERE, [firmId, contactId, to ?? ""]);
  const ended: string[] = [];
  for (const { sentTo } of earlier)
    ended.push(...(await retireAddress(unit, { firmId, contactIds: [contactId], from: sentTo, to })));
  return ended;
}

/** First whatever may still lead to a session, then the sessions: see magic-links.service.ts. */
async function endLinksOf(unit: UnitOfWork, firmId: string, requestId: string, sentTo: string): Promise<string[]> {
  await unit.affected(READDRESS, [sentTo, requestId]);
  for (const { id } of await unit.rows(LINKS, [requestId])) await endLink(unit, firmId, id);
  return endSessions(unit, LINK_SESSIONS, [requestId]);
}
