import { In } from "typeorm";
import { entities } from "../entities.js";
import { PortalCounts } from "../features/contacts/contact.entity.js";
import { AuditCounter } from "../features/audit/audit-event.entity.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { leaveIdentity } from "../features/people/team-identities.js";
import { Firm } from "../features/firms/firm.entity.js";
import { SecurityPolicy } from "../features/security-mode/security-policy.entity.js";
import type { UnitOfWork, Work } from "../features/work/unit-of-work.js";
import { deleteSome } from "../platform/database/dialect.js";
import { rowsOf } from "../platform/database/prepared-rows.js";
import { placeholders, select, sql, table, type Sql } from "../platform/database/sql.js";
import { CommandError } from "./command-error.js";
import { firmRowsOf, withIds, type Entity } from "./firm-tables.js";

/** Rows in one transaction, and ids in one statement: others wait for neither. */
const ROWS = 500;
const IDS = 100;

/** Each firm has one such row. It is deleted first, so that a firm that was begun to be deleted is known from a disabled one. */
const counts = table(PortalCounts);
const COUNTS = select({ firmId: counts.firmId }).from`${counts} WHERE ${counts.firmId} = ?`;

/** Whether the firm's deletion has begun: it lacks rows already. */
export const isBeingDeleted = async ({ manager }: UnitOfWork, firmId: string): Promise<boolean> =>
  (await rowsOf(manager, COUNTS, [firmId])).length === 0;

/** Deleted with the firm's row itself, so that the command can be run again if it was interrupted. */
const last: readonly Entity[] = [SecurityPolicy, AuditCounter, Firm];

/** The firm that may be deleted. Throws CommandError unless it is disabled: nobody may write to it meanwhile. */
export async function firmToDelete(work: Work, slug: string): Promise<Firm> {
  const firm = await work.reader.findOneBy(Firm, { slug });
  if (!firm) throw new CommandError(`There is no firm with the slug ${slug}.`);
  await work.do((unit) => mustBeDisabled(unit, firm));
  return firm;
}

async function mustBeDisabled({ manager }: UnitOfWork, { id: firmId, slug }: Firm): Promise<void> {
  const policy = await manager.findOneBy(SecurityPolicy, { firmId });
  if (policy?.firmDisabledAt === null)
    throw new CommandError(`The firm ${slug} is open: run "firm disable --slug ${slug}" first.`);
}

/**
 * Deletes every row of a disabled firm, in small transactions, and the firm's own row in the last one. If it is
 * interrupted, the next call goes on. Returns how many rows there were, without those that the last ones take along.
 */
export async function deleteFirm(work: Work, firm: Firm): Promise<number> {
  let deleted = 0;
  const all = async (from: Sql, where: Sql, parameters: string[]) => {
    for (let rows = ROWS; rows === ROWS; deleted += rows)
      rows = await work.do(async (unit) => {
        await mustBeDisabled(unit, firm);
        return unit.affected(deleteSome(unit.manager, from, where, ROWS), parameters);
      });
  };
  await all(counts, sql`${counts.firmId} = ?`, [firm.id]);
  const tables = (entities as readonly Entity[]).toReversed().filter((entity) => !last.includes(entity));
  await leaveTeam(work, firm);
  // First what is found through rows that are deleted afterwards.
  for (const entity of tables) {
    const rows = firmRowsOf(entity);
    if (rows === null || rows.of === null) continue;
    for (const parent of rows.of)
      for await (const ids of idsOf(work, parent, firm.id))
        await all(table(entity), sql`${rows.column} IN (${placeholders(ids.length)})`, ids);
  }
  for (const entity of tables) {
    const rows = firmRowsOf(entity);
    if (rows?.of === null) await all(table(entity), sql`${rows.column} = ?`, [firm.id]);
  }
  const { id } = table(Firm);
  return work.do(async (unit) => {
    await mustBeDisabled(unit, firm);
    return deleted + (await unit.affected(sql`DELETE FROM ${table(Firm)} WHERE ${id} = ?`, [firm.id]));
  });
}

/** The team's people, who may be in other teams too: who is in none loses the password. */
async function leaveTeam(work: Work, firm: Firm): Promise<void> {
  for await (const ids of idsOf(work, TeamMember, firm.id))
    await work.do(async (unit) => {
      await mustBeDisabled(unit, firm);
      for (const member of await unit.manager.findBy(TeamMember, { id: In(ids), firmId: firm.id }))
        if (member.joinedAt !== null && member.disabledAt === null) await leaveIdentity(unit, member);
    });
}

/** The ids of a firm's rows in that table, in pages. */
async function* idsOf(work: Work, entity: Entity, firmId: string): AsyncGenerator<string[]> {
  const from = withIds(entity);
  const page = select({ id: from.id })
    .from`${from} WHERE ${from.firmId} = ? AND ${from.id} > ? ORDER BY ${from.id} LIMIT ${IDS}`;
  for (let ids: string[] = [""]; ids.length > 0;) {
    const rows = await work.unpreparedRows(page, [firmId, ids.at(-1) ?? ""]);
    ids = rows.map(({ id }) => id);
    if (ids.length > 0) yield ids;
  }
}
