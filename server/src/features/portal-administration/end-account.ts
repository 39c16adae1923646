import { changesBetween } from "@gatehouse/shared";
import { sql, table } from "../../platform/database/sql.js";
import { endAccess } from "../access-endings/end-access.js";
import { about, type Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { readdressRequests } from "../access-endings/retire-address.js";
import { accountFacts, linkAccount, unlinkAccount } from "../contacts/account-links.js";
import { announceRelink } from "../contacts/contact-redirects.js";
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
  const sessionIds = await endAccess(unit, person, "SIGNED_OUT_EVERYWHERE", {
    actor: act.actor,
    contactId: act.contact?.id,
  });
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
  const ended = await endAccess(unit, person, "PERSON_REMOVED", { actor, contactId: contact?.id });
  await secondFactor.forget(unit, person);
  await unit.manager.delete(PasswordCredential, { ownerId });
  const left = await leaveContacts(unit, person, actor);
  ended.push(...left.ended, ...(await endSessions(unit, OWN_SESSIONS, [ownerId])));
  await unit.manager.delete(PortalAccount, { id: ownerId });
  const changes = changesBetween(accountFacts(email, left.contacts), {});
  const said = { ...about(person, actor), contactId: contact?.id, reason, changes };
  unit.record({ type: "ACCOUNT_DELETED", ...said, data: { email, ...listedIfAny(ended) } });
  for (const { id, name, portalAccountId } of left.relinked)
    unit.record({
      type: "CONTACT_UPDATED",
      firmId,
      actor,
      contactId: id,
      changes: changesBetween({ portalAccount: null }, { portalAccount: portalAccountId }),
      data: { name },
    });
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
 * there is one, serves them. Returns the contacts that the account had, others that another account serves now, and the ids
 * of the sessions that ended.
 */
async function leaveContacts(
  unit: UnitOfWork,
  { firmId, ownerId, email: loginEmail }: Person,
  actor: Actor,
): Promise<{ contacts: Contact[]; relinked: Contact[]; ended: string[] }> {
  const contacts = await unlinkAccount(unit, firmId, ownerId);
  const isLeft = new Set(contacts.map(({ id }) => id));
  const relinked: Contact[] = [];
  const ended: string[] = [];
  for (const contact of contacts) {
    const { id: contactId, email } = contact;
    ended.push(...(await readdressRequests(unit, { firmId, contactId, to: email })));
    if (email === loginEmail) continue;
    const other = email === null ? null : await unit.manager.findOneBy(PortalAccount, { firmId, email });
    if (email !== null && other)
      relinked.push(...(await linkAccount(unit, firmId, email, other.id)).filter(({ id }) => !isLeft.has(id)));
    await announceRelink(unit, { contact, accountBefore: ownerId, accountAfter: other?.id ?? null }, { actor });
  }
  return { contacts, relinked, ended };
}
