import { forUpdateSql } from "../../platform/database/dialect.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { select, table } from "../../platform/database/sql.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";

const counters = table(AuditCounter);
const COUNTER = select({ firmId: counters.firmId }).from`${counters} WHERE ${counters.firmId} = ?`;

/**
 * One after another within a firm: who creates a contact and who creates the account with its email would otherwise not see each
 * other's row before both commit, and the two would never be linked, nor the firm's counts add up. It is the row that their events
 * take in the end anyway.
 */
export async function lockContacts({ manager }: UnitOfWork, firmId: string): Promise<void> {
  const [row] = await rowsOf(manager, COUNTER.plus`${forUpdateSql(manager)}`, [firmId]);
  if (!row) throw new Error(`the firm ${firmId} has no event counter`);
}
