import type { PortalAccessState } from "@gatehouse/shared";
import { computed, join, placeholders, select, sql, table } from "../../platform/database/sql.js";
import { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Contact, PortalCounts } from "./contact.entity.js";
import { lockContacts } from "./contacts-lock.js";

const columns = {
  NO_EMAIL: "withoutEmail",
  NOT_INVITED: "notInvited",
  INVITED: "invited",
  ACCOUNT_CREATED: "withAccount",
} as const satisfies Record<PortalAccessState, keyof PortalCounts>;
type Column = (typeof columns)[PortalAccessState] | "twoFactorEnrolled";

const contacts = table(Contact);
const c = table(Contact, "c");
const t = table(TwoFactorState, "t");
const counts = table(PortalCounts);
const OF_ACCOUNT = select({ id: contacts.id }).from`${contacts} WHERE ${contacts.portalAccountId} = ?`;
const TALLY = select({
  state: c.accessState,
  n: computed<number>(sql`COUNT(*)`),
  enrolled: computed<number>(sql`COUNT(${t.enrolledAt})`),
}).from`${c} LEFT JOIN ${t} ON ${t.ownerId} = ${c.portalAccountId}`;

/**
 * Changes contacts, or the second factor of the account that serves them, and updates the firm's counts
 * (`portal_counts`) in the same transaction: the affected contacts are counted before and after, and the difference is
 * added. The firm's lock is held from before the first count to the commit, so that nobody else's change comes in
 * between; its events take that lock in the end anyway.
 */
export async function withCounts(
  unit: UnitOfWork,
  firmId: string,
  contactIds: readonly string[],
  change: () => Promise<void>,
): Promise<void> {
  await lockContacts(unit, firmId);
  const before = await tally(unit, contactIds);
  await change();
  const after = await tally(unit, contactIds);
  const changes = [...new Set([...before.keys(), ...after.keys()])]
    .map((column) => ({ column, by: (after.get(column) ?? 0) - (before.get(column) ?? 0) }))
    .filter(({ by }) => by !== 0);
  if (changes.length === 0) return;
  const written = await unit.affected(
    sql`UPDATE ${counts} SET ${join(
      changes.map(({ column }) => sql`${counts[column]} = ${counts[column]} + ?`),
      ", ",
    )} WHERE ${counts.firmId} = ?`,
    [...changes.map(({ by }) => by), firmId],
  );
  if (written !== 1) throw new Error(`the firm ${firmId} has no counts`);
}

/** Like `withCounts`, for what an account's contacts share with it. */
export async function withCountsOfAccount(
  unit: UnitOfWork,
  firmId: string,
  accountId: string,
  change: () => Promise<void>,
): Promise<void> {
  await lockContacts(unit, firmId);
  const served = await unit.unpreparedRows(OF_ACCOUNT, [accountId]);
  await withCounts(
    unit,
    firmId,
    served.map(({ id }) => id),
    change,
  );
}

async function tally(unit: UnitOfWork, contactIds: readonly string[]): Promise<Map<Column, number>> {
  const numbers = new Map<Column, number>();
  if (contactIds.length === 0) return numbers;
  const rows = await unit.unpreparedRows(
    TALLY.plus` WHERE ${c.id} IN (${placeholders(contactIds.length)}) GROUP BY ${c.accessState}`,
    contactIds,
  );
  for (const { state, n, enrolled } of rows) {
    numbers.set(columns[state], n);
    numbers.set("twoFactorEnrolled", (numbers.get("twoFactorEnrolled") ?? 0) + enrolled);
  }
  return numbers;
}
