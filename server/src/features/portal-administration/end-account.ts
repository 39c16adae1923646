import { sql, table } from "../../platform/database/sql.js";
import { endAccess } from "../access-endings/end-access.js";
import { about, type Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { readdressRequests } from "../access-endings/retire-address.js";
import { linkAccount, unlinkAccount } from "../contacts/account-links.js";
import type { Contact } from "../contacts/contact.entity.js";
import { accountDeleted } from "../mail/account-letters.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { endSessions, listedIfAny } from "../sessions/end-sessions.js";
import { Session } from "../sessions/session.entity.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";

const sessions = table(Session);
const OWN_SESSIONS = sql`${sessions.ownerId} = ?`;

/** The firm's act on an account: by whom, and for which contact; null: no contact has the account. */
export interface FirmsAct {
  actor: Actor;
  contact: Pick<Contact, "id" | "language"> | null;
}

/** Signs the client out everywhere. */
export async function signOutEverywhere(unit: UnitOfWork, person: Person, act: FirmsAct): Promise<void> {
  const sessionIds = await endAccess(unit, person, "SIGNED_OUT_EVERYWHERE");
  const data = { email: person.email, sessions: sessionIds.length, sessionIds };
  unit.record({ type: "SESSIONS_REVOKED", ...about(person, act.actor), contactId: act.contact?.id, data });
}

/** Deletes the account with everything that it opens. Its contacts stay, and its mailbox is notified. */
export async function deleteAccount(
  unit: UnitOfWork,
  secondFactor: SecondFactor,
  person: Person,
  act: FirmsAct & { reason: string },
): Promise<void> {
  const { actor, contact, reason } = act;
  const { firmId, firmName, ownerId, email } = person;
  const ended = await endAccess(unit, person, "PERSON_REMOVED");
  await secondFactor.forget(unit, person);
  await unit.manager.delete(PasswordCredential, { ownerId });
  ended.push(...(await leaveContacts(unit, person)), ...(await endSessions(unit, OWN_SESSIONS, [ownerId])));
  await unit.manager.delete(PortalAccount, { id: ownerId });
  const data = { email, ...listedIfAny(ended) };
  unit.record({ type: "ACCOUNT_DELETED", ...about(person, actor), contactId: contact?.id, reason, data });
  unit.mail({
    isNotice: true,
    firmId,
    to: email,
    content: accountDeleted({ firmName }),
    language: contact?.language ?? null,
  });
}

/**
 * The contacts continue with their own email: what was sent to them goes there, and an account with that email, if
 * there is one, serves them. Returns the ids of the sessions that ended.
 */
async function leaveContacts(unit: UnitOfWork, { firmId, ownerId, email: loginEmail }: Person): Promise<string[]> {
  const ended: string[] = [];
  for (const { id: contactId, email } of await unlinkAccount(unit, firmId, ownerId)) {
    ended.push(...(await readdressRequests(unit, { firmId, contactId, to: email })));
    const other =
      email === null || email === loginEmail ? null : await unit.manager.findOneBy(PortalAccount, { firmId, email });
    if (email !== null && other) await linkAccount(unit, firmId, email, other.id);
  }
  return ended;
}
