import { placeholders, select, sql, table } from "../../platform/database/sql.js";
import { TrustedDevice } from "../devices/trusted-device.entity.js";
import { endAccess } from "../access-endings/end-access.js";
import { endLink } from "../access-endings/end-link.js";
import { ClientRequest } from "../client-requests/client-request.entity.js";
import { Contact, SearchWord } from "../contacts/contact.entity.js";
import { withCounts } from "../contacts/portal-counts.js";
import { MagicLink } from "../magic-links/magic-link.entity.js";
import { MailedToken } from "../mailed-tokens/mailed-token.entity.js";
import { PasskeyCeremony } from "../passkeys/passkey.entity.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import type { Person } from "../people/person.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import { PendingTotpEnrollment } from "../second-factors/authenticator.entity.js";
import { endSessions } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import { SignInChallenge } from "../sign-in/sign-in-challenge.entity.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { deleteMailedTo } from "./addresses.js";

const requests = table(ClientRequest);
const REQUESTS = select({ id: requests.id }).from`${requests} WHERE ${requests.contactId} = ?`;
const links = table(MagicLink);
const LINKS = select({ id: links.id }).from`${links} WHERE ${links.requestId}`;
const sessions = table(Session);
const OWN_SESSIONS = sql`${sessions.ownerId} = ?`;
const LINK_SESSIONS = sql`${sessions.assurance} = 'LINK' AND ${sessions.requestId}`;

interface DeletedContact {
  contact: Contact;
  login: Person | null;
  addresses: readonly string[];
  actor: Actor;
}
/** The ids of the sessions that ended, and of the account's devices that were trusted. */
interface EndedWithContact {
  ended: string[];
  trustedDeviceIds: string[];
}

/** How many rows one statement names. */
const AT_ONCE = 500;
function* pagesOf<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += AT_ONCE) yield all.slice(from, from + AT_ONCE);
}

/**
 * Deletes a contact with everything that shared/personal-data says, except for the facts in the log. `login`: the contact's
 * account, if it goes too. `addresses`: those that nobody else has. Nothing that it does is recorded, since that would name the person.
 */
export async function deleteContactRows(
  unit: UnitOfWork,
  secondFactor: SecondFactor,
  { contact, login, addresses, actor }: DeletedContact,
): Promise<EndedWithContact> {
  const { firmId, id: contactId, nameKey } = contact;
  const { manager } = unit;
  const { ended, trustedDeviceIds } =
    login === null ? { ended: [], trustedDeviceIds: [] } : await deleteLogin(unit, secondFactor, login, actor);
  const sent = await unit.rows(REQUESTS, [contactId]);
  for (const page of pagesOf(sent.map(({ id }) => id))) ended.push(...(await endRequests(unit, firmId, page)));
  await manager.delete(SearchWord, { firmId, nameKey, contactId });
  // With its requests, their items and links, and its part in roll-outs.
  await withCounts(unit, firmId, [contactId], async () => void (await manager.delete(Contact, { id: contactId })));
  if (login !== null) await manager.delete(PortalAccount, { id: login.ownerId });
  // Whatever was mailed until now, also by a server whose clock is ahead: the mail that notifies of the deletion comes later.
  ended.push(...(await deleteMailedTo(unit, { firmId, addresses, before: Number.MAX_SAFE_INTEGER })));
  return { ended, trustedDeviceIds };
}

/** First whatever may still lead to a session, then the sessions. */
async function deleteLogin(
  unit: UnitOfWork,
  secondFactor: SecondFactor,
  login: Person,
  actor: Actor,
): Promise<EndedWithContact> {
  const { ownerId } = login;
  const { manager } = unit;
  // Otherwise their end would be an event of its own, which names the login.
  const trustedDeviceIds = (await manager.findBy(TrustedDevice, { ownerId })).map(({ id }) => id);
  await manager.delete(TrustedDevice, { ownerId });
  const ended = await endAccess(unit, login, "PERSON_REMOVED", { actor });
  await secondFactor.forget(unit, login);
  await manager.delete(PasswordCredential, { ownerId });
  await manager.delete(MailedToken, { accountId: ownerId });
  for (const entity of [SignInChallenge, PasskeyCeremony, PendingTotpEnrollment])
    await manager.delete(entity, { ownerId });
  ended.push(...(await endSessions(unit, OWN_SESSIONS, [ownerId])));
  await manager.delete(Session, { ownerId });
  return { ended, trustedDeviceIds };
}

async function endRequests(unit: UnitOfWork, firmId: string, requestIds: readonly string[]): Promise<string[]> {
  const places = placeholders(requestIds.length);
  const ofRequests = await unit.unpreparedRows(LINKS.plus` IN (${places})`, requestIds);
  for (const { id } of ofRequests) await endLink(unit, firmId, id);
  const condition = sql`${LINK_SESSIONS} IN (${places})`;
  const ended = await endSessions(unit, condition, [...requestIds]);
  await unit.affected(sql`DELETE FROM ${sessions} WHERE ${condition}`, [...requestIds]);
  return ended;
}
