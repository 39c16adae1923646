import { In, IsNull, type EntityManager, type FindOptionsWhere } from "typeorm";
import { portalAccessState, type PortalAccessState } from "@gatehouse/shared";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Contact } from "./contact.entity.js";
import { lockContacts } from "./contacts-lock.js";
import { counted } from "./portal-counts.js";

/** What `accessState` must be, so that the firm's counts add up. */
export const stateOf = (contact: Contact): PortalAccessState =>
  portalAccessState({
    hasAccount: contact.portalAccountId !== null,
    hasEmail: contact.email !== null,
    isInvited: contact.invitedAt !== null,
  });

/** Changes who serves or has invited contacts, all of one firm, and what follows from it. Answers them as they are then. */
async function settle(
  unit: UnitOfWork,
  firmId: string,
  where: FindOptionsWhere<Contact>,
  change: Partial<Pick<Contact, "portalAccountId" | "invitedAt">>,
): Promise<Contact[]> {
  await lockContacts(unit, firmId);
  const contacts = await unit.manager.findBy(Contact, { ...where, firmId });
  const ids = contacts.map(({ id }) => id);
  const accountsBefore = contacts.map(({ portalAccountId }) => portalAccountId);
  await counted(unit, firmId, ids, async () => {
    for (const contact of contacts) {
      const accessState = stateOf(Object.assign(contact, change));
      await unit.manager.update(Contact, { id: contact.id }, { ...change, accessState });
    }
    if (ids.length > 0) await settleSignIns(unit.manager, ids);
  });
  if (change.portalAccountId !== undefined)
    await settleLinks(unit, firmId, [...accountsBefore, change.portalAccountId]);
  return contacts;
}

/** Contacts have left these accounts or come to them, under the firm's lock: says of each since when no contact has it. */
export async function settleLinks(
  unit: UnitOfWork,
  firmId: string,
  accountIds: readonly (string | null)[],
): Promise<void> {
  const ids = [...new Set(accountIds.filter((id) => id !== null))];
  if (ids.length === 0) return;
  await unit.affected(
    `UPDATE portal_accounts SET unlinkedAt = CASE
       WHEN EXISTS (SELECT 1 FROM contacts c WHERE c.portalAccountId = portal_accounts.id) THEN NULL ELSE COALESCE(unlinkedAt, ?) END
     WHERE firmId = ? AND id IN (${ids.map(() => "?").join(", ")})`,
    [unit.now, firmId, ...ids],
  );
}

/** Contacts have changed their accounts: they are listed by the new ones' last sign-ins. */
export async function settleSignIns(manager: EntityManager, contactIds: string[]): Promise<void> {
  await manager.query(
    `UPDATE contacts SET signedInAt = COALESCE((SELECT a.lastSignInAt FROM portal_accounts a WHERE a.id = contacts.portalAccountId), 0)
     WHERE id IN (${contactIds.map(() => "?").join(", ")})`,
    contactIds,
  );
}

/** The client has signed in to the account. */
export async function noteSignIn(unit: UnitOfWork, firmId: string, accountId: string): Promise<void> {
  await lockContacts(unit, firmId);
  await unit.affected("UPDATE portal_accounts SET lastSignInAt = ? WHERE id = ?", [unit.now, accountId]);
  await unit.affected("UPDATE contacts SET signedInAt = ? WHERE portalAccountId = ?", [unit.now, accountId]);
}

/**
 * Links an account to the contacts of the firm with that email. One that another account serves stays with it: that account's login email
 * was changed, and the mailbox it had before must not take its contacts back.
 */
export const linkAccount = (unit: UnitOfWork, firmId: string, email: string, accountId: string): Promise<Contact[]> =>
  settle(unit, firmId, { email, portalAccountId: IsNull() }, { portalAccountId: accountId });

/** The contacts that an account serves. */
export const contactIdsOf = async (unit: UnitOfWork, firmId: string, accountId: string): Promise<string[]> =>
  (
    await unit.rows<{ id: string }>("SELECT id FROM contacts WHERE firmId = ? AND portalAccountId = ?", [
      firmId,
      accountId,
    ])
  ).map(({ id }) => id);

/** The account goes; its contacts, which it answers, stay. */
export const unlinkAccount = (unit: UnitOfWork, firmId: string, accountId: string): Promise<Contact[]> =>
  settle(unit, firmId, { portalAccountId: accountId }, { portalAccountId: null });

export const markInvited = (unit: UnitOfWork, firmId: string, contactIds: readonly string[]): Promise<Contact[]> =>
  settle(unit, firmId, { id: In([...contactIds]) }, { invitedAt: unit.now });
