import type { PortalAccessState } from "@gatehouse/shared";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { lockContacts } from "./contacts-lock.js";

const columns = {
  NO_EMAIL: "withoutEmail",
  NOT_INVITED: "notInvited",
  INVITED: "invited",
  ACCOUNT_CREATED: "withAccount",
} as const satisfies Record<PortalAccessState, string>;
type Column = (typeof columns)[PortalAccessState] | "twoFactorEnrolled";

/**
 * Changes contacts, or the second factor of the account that serves them, and keeps the firm's counts (`portal_counts`) in step in
 * the same transaction: they are told before and after, and the difference is added. The firm's lock is held from before the first
 * telling to the commit, so that nobody else's change comes between; its events take that lock in the end anyway.
 */
export async function counted(
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
    `UPDATE portal_counts SET ${changes.map(({ column }) => `${column} = ${column} + ?`).join(", ")} WHERE firmId = ?`,
    [...changes.map(({ by }) => by), firmId],
  );
  if (written !== 1) throw new Error(`the firm ${firmId} has no counts`);
}

/** As `counted`, for what an account's contacts share with it. */
export async function countedByAccount(
  unit: UnitOfWork,
  firmId: string,
  accountId: string,
  change: () => Promise<void>,
): Promise<void> {
  await lockContacts(unit, firmId);
  const contacts = (await unit.manager.query("SELECT id FROM contacts WHERE portalAccountId = ?", [accountId])) as {
    id: string;
  }[];
  await counted(
    unit,
    firmId,
    contacts.map(({ id }) => id),
    change,
  );
}

async function tally({ manager }: UnitOfWork, contactIds: readonly string[]): Promise<Map<Column, number>> {
  const told = new Map<Column, number>();
  if (contactIds.length === 0) return told;
  const rows = (await manager.query(
    `SELECT c.accessState AS state, COUNT(*) AS n, COUNT(t.enrolledAt) AS enrolled
     FROM contacts c LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId
     WHERE c.id IN (${contactIds.map(() => "?").join(", ")}) GROUP BY c.accessState`,
    [...contactIds],
  )) as { state: PortalAccessState; n: number; enrolled: number }[];
  for (const { state, n, enrolled } of rows) {
    told.set(columns[state], Number(n));
    told.set("twoFactorEnrolled", (told.get("twoFactorEnrolled") ?? 0) + Number(enrolled));
  }
  return told;
}
