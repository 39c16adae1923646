import { In, IsNull, type EntityManager, type FindOptionsWhere } from "typeorm";
import { portalAccessState, type PortalAccessState } from "@gatehouse/shared";
import { unpreparedWrite } from "../../platform/database/prepared-rows.js";
import { placeholders, select, sql, table } from "../../platform/database/sql.js";
import { PortalAccount } from "../portal-accounts/portal-account.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Contact } from "./contact.entity.js";
import { lockContacts } from "./contacts-lock.js";
import { withCounts } from "./portal-counts.js";

const accounts = table(PortalAccount);
const outerAccount = table(PortalAccount, "portal_accounts");
const a = table(PortalAccount, "a");
const contacts = table(Contact);
const outerContact = table(Contact, "contacts");
const c = table(Contact, "c");
const SETTLE_LINKS = sql`
  UPDATE ${accounts} SET ${accounts.unlinkedAt} = CASE
    WHEN EXISTS (SELECT 1 FROM ${c} WHERE ${c.portalAccountId} = ${outerAccount.id}) THEN NULL ELSE COALESCE(${accounts.unlinkedAt}, ?) END
  WHERE ${accounts.firmId} = ? AND ${accounts.id}`;
const SETTLE_SIGN_INS = sql`
  UPDATE ${contacts} SET ${contacts.signedInAt} = COALESCE((SELECT ${a.lastSignInAt} FROM ${a} WHERE ${a.id} = ${outerContact.portalAccountId}), 0)
  WHERE ${contacts.id}`;
const ACCOUNT_SIGNED_IN = sql`UPDATE ${accounts} SET ${accounts.lastSignInAt} = ? WHERE ${accounts.id} = ?`;
const CONTACTS_SIGNED_IN = sql`UPDATE ${contacts} SET ${contacts.signedInAt} = ? WHERE ${contacts.portalAccountId} = ?`;
const OF_ACCOUNT = select({ id: contacts.id })
  .from`${contacts} WHERE ${contacts.firmId} = ? AND ${contacts.portalAccountId} = ?`;

/** The correct `accessState`, by which the firm's counts add up. */
export const stateOf = (contact: Contact): PortalAccessState =>
  portalAccessState({
    hasAccount: contact.portalAccountId !== null,
    hasEmail: contact.email !== null,
    isInvited: contact.invitedAt !== null,
  });

/**
 * Changes which account serves some contacts of one firm or whether they are invited, and what follows from that.
 * Returns the updated contacts.
 */
async function settle(
  unit: UnitOfWork,
  firmId: string,
  where: FindOptionsWhere<Contact>,
  change: Partial<Pick<Contact, "portalAccountId" | "invitedAt">>,
): Promise<Contact[]> {
  await lockContacts(unit, firmId);
  const found = await unit.manager.findBy(Contact, { ...where, firmId });
  const ids = found.map(({ id }) => id);
  const accountsBefore = found.map(({ portalAccountId }) => portalAccountId);
  await withCounts(unit, firmId, ids, async () => {
    for (const one of found) {
      const accessState = stateOf(Object.assign(one, change));
      await unit.manager.update(Contact, { id: one.id }, { ...change, accessState });
    }
    if (ids.length > 0) await updateSignInKeys(unit.manager, ids);
  });
  if (change.portalAccountId !== undefined)
    await updateUnlinkedSince(unit, firmId, [...accountsBefore, change.portalAccountId]);
  return found;
}

/**
 * Contacts have left these accounts or joined them, under the firm's lock: stores for each account since when no
 * contact has it.
 */
export async function updateUnlinkedSince(
  unit: UnitOfWork,
  firmId: string,
  accountIds: readonly (string | null)[],
): Promise<void> {
  const ids = [...new Set(accountIds.filter((id) => id !== null))];
  if (ids.length === 0) return;
  await unit.affected(sql`${SETTLE_LINKS} IN (${placeholders(ids.length)})`, [unit.now, firmId, ...ids]);
}

/** Contacts have changed accounts: they are sorted by the new accounts' last sign-ins. */
export async function updateSignInKeys(manager: EntityManager, contactIds: string[]): Promise<void> {
  await unpreparedWrite(manager, sql`${SETTLE_SIGN_INS} IN (${placeholders(contactIds.length)})`, contactIds);
}

/** Records that the client has signed in to the account. */
export async function saveSignIn(unit: UnitOfWork, firmId: string, accountId: string): Promise<void> {
  await lockContacts(unit, firmId);
  await unit.affected(ACCOUNT_SIGNED_IN, [unit.now, accountId]);
  await unit.affected(CONTACTS_SIGNED_IN, [unit.now, accountId]);
}

/**
 * Links an account to the firm's contacts with that email. A contact that another account serves keeps it: that
 * account's login email was changed, and its previous mailbox must not take back its contacts.
 */
export const linkAccount = (unit: UnitOfWork, firmId: string, email: string, accountId: string): Promise<Contact[]> =>
  settle(unit, firmId, { email, portalAccountId: IsNull() }, { portalAccountId: accountId });

/** An account's fields in the log, as the API names them; its contacts by their ids. */
export const accountFacts = (email: string, served: readonly Pick<Contact, "id">[]) => ({
  email,
  contacts: served.map(({ id }) => id).toSorted(),
});

/** The contacts that an account serves. */
export const contactIdsOf = async (unit: UnitOfWork, firmId: string, accountId: string): Promise<string[]> =>
  (await unit.rows(OF_ACCOUNT, [firmId, accountId])).map(({ id }) => id);

/** Unlinks the account from its contacts before it is deleted. Returns these contacts, which stay. */
export const unlinkAccount = (unit: UnitOfWork, firmId: string, accountId: string): Promise<Contact[]> =>
  settle(unit, firmId, { portalAccountId: accountId }, { portalAccountId: null });

export const markInvited = (unit: UnitOfWork, firmId: string, contactIds: readonly string[]): Promise<Contact[]> =>
  settle(unit, firmId, { id: In([...contactIds]) }, { invitedAt: unit.now });
