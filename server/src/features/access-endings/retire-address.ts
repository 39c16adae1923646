import { changing } from "../../platform/database/dialect.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { withdrawMails } from "../mail/outbox.js";
import { accountTokens, voidTokens } from "../mailed-tokens/mailed-tokens.js";

/** An address that contacts are no longer reached at. */
interface RetiredAddress {
  firmId: string;
  contactIds: readonly string[];
  from: string;
  /** Where they are reached from now on; null: nowhere. */
  to: string | null;
}

/**
 * The address was corrected: whoever reads its mailbox may be a stranger, who proved nothing but that mailbox. The links that were mailed there
 * end, with the devices that claimed them and the sessions they opened; the requests are readdressed, so that a link that is asked for goes
 * to the right mailbox. What was mailed to the address itself ends too, unless another contact of the firm still has it or signs in with it.
 */
export async function retireAddress(unit: UnitOfWork, { firmId, contactIds, from, to }: RetiredAddress): Promise<void> {
  if (contactIds.length === 0) return;
  const marks = contactIds.map(() => "?").join(", ");
  const requests = await unit.rows<{ id: string }>(
    `SELECT id FROM client_requests WHERE firmId = ? AND sentTo = ? AND contactId IN (${marks})${changing(unit.manager)}`,
    [firmId, from, ...contactIds],
  );
  for (const { id } of requests) await endLinksOf(unit, firmId, id, to ?? from);
  if (await isInUse(unit, firmId, from)) return;
  await voidTokens(unit, firmId, from, [...accountTokens, "PASSWORD_RESET"]);
  await unit.affected("DELETE FROM portal_mail_requests WHERE firmId = ? AND email = ?", [firmId, from]);
  await withdrawMails(unit, firmId, "recipient = ?", [from]);
}

async function isInUse(unit: UnitOfWork, firmId: string, email: string): Promise<boolean> {
  for (const statement of [
    "SELECT id FROM contacts WHERE firmId = ? AND email = ? LIMIT 1",
    "SELECT id FROM portal_accounts WHERE firmId = ? AND email = ? AND unlinkedAt IS NULL",
  ])
    if ((await unit.rows(statement, [firmId, email])).length > 0) return true;
  return false;
}

/**
 * What was sent to the contact goes to this address alone from now on, or, where that is null, nowhere: no longer to the email of a login that
 * it had, which may be another than the contact's, nor to an address of long ago.
 */
export async function readdressRequests(
  unit: UnitOfWork,
  { firmId, contactId, to }: { firmId: string; contactId: string; to: string | null },
): Promise<void> {
  const earlier = await unit.rows<{ sentTo: string }>(
    "SELECT DISTINCT sentTo FROM client_requests WHERE firmId = ? AND contactId = ? AND sentTo <> ?",
    [firmId, contactId, to ?? ""],
  );
  for (const { sentTo } of earlier) await retireAddress(unit, { firmId, contactIds: [contactId], from: sentTo, to });
}

/** First what is still on its way, then the sessions: see magic-link.service.ts. */
async function endLinksOf(unit: UnitOfWork, firmId: string, requestId: string, sentTo: string): Promise<void> {
  await unit.affected("UPDATE client_requests SET sentTo = ? WHERE id = ?", [sentTo, requestId]);
  const links = await unit.rows<{ id: string }>("SELECT id FROM magic_links WHERE requestId = ?", [requestId]);
  for (const { id } of links) {
    await unit.affected("UPDATE magic_links SET revokedAt = ? WHERE id = ? AND revokedAt IS NULL", [unit.now, id]);
    await unit.affected(
      "UPDATE sign_in_challenges SET spentAt = ? WHERE firmId = ? AND magicLinkId = ? AND door = 'MAGIC_LINK' AND spentAt IS NULL",
      [unit.now, firmId, id],
    );
    await unit.affected(
      "UPDATE mailed_tokens SET spentAt = ? WHERE firmId = ? AND magicLinkId = ? AND spentAt IS NULL",
      [unit.now, firmId, id],
    );
  }
  await unit.affected(
    "UPDATE sessions SET revokedAt = ? WHERE requestId = ? AND assurance = 'LINK' AND revokedAt IS NULL",
    [unit.now, requestId],
  );
}
