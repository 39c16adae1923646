import { endAccess } from "../access-endings/end-access.js";
import { about, type Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { readdressRequests } from "../access-endings/retire-address.js";
import { linkAccount, unlinkAccount } from "../contacts/account-links.js";
import { announceRelink } from "../contacts/contact-redirects.js";
import type { Contact } from "../contacts/contact.entity.js";
import { accountDeleted } from "../mail/account-letters.js";
import { PasswordCredential } from "../passwords/password-credential.entity.js";
import { Session } from "../sessions/session.entity.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";

/** The firm's act on an account: by whom, and for which contact; null: no contact has the account. */
export interface FirmsAct {
  actor: Actor;
  contact: Pick<Contact, "id" | "language"> | null;
}

/** Signs the client out everywhere. */
export async function signOutEverywhere(unit: UnitOfWork, person: Person, act: FirmsAct): Promise<void> {
  const sessions = await endAccess(unit, person, "SIGNED_OUT_EVERYWHERE");
  const data = { email: person.email, sessions };
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
  await endAccess(unit, person, "PERSON_REMOVED");
  await secondFactor.forget(unit, person);
  await unit.manager.delete(PasswordCredential, { ownerId });
  await leaveContacts(unit, person, actor);
  await unit.manager.update(Session, { ownerId }, { revokedAt: unit.now });
  await unit.manager.delete(PortalAccount, { id: ownerId });
  unit.record({ type: "ACCOUNT_DELETED", ...about(person, actor), contactId: contact?.id, reason, data: { email } });
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
 * there is one, serves them.
 */
async function leaveContacts(
  unit: UnitOfWork,
  { firmId, ownerId, email: loginEmail }: Person,
  actor: Actor,
): Promise<void> {
  for (const contact of await unlinkAccount(unit, firmId, ownerId)) {
    const { id: contactId, email } = contact;
    await readdressRequests(unit, { firmId, contactId, to: email });
    if (email === loginEmail) continue;
    const other = email === null ? null : await unit.manager.findOneBy(PortalAccount, { firmId, email });
    if (email !== null && other) await linkAccount(unit, firmId, email, other.id);
    await announceRelink(unit, { contact, accountBefore: ownerId, accountAfter: other?.id ?? null }, { actor });
  }
}
