import { computed, select, sql, table, type Select } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";

const e = table(AuditEvent);
const FIRST = select({ seq: computed<number | null>(sql`MIN(${e.seq})`) }).from`${e} WHERE ${e.firmId} = ?`;

/**
 * The number of a firm's first event that is still kept: old ones are deleted from the front, and never the last one.
 * Whoever reads on from a number checks this after reading, so that no event is left out unnoticed.
 */
export async function firstSeqOf(
  reads: { rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> },
  firmId: string,
): Promise<number> {
  const [row] = await reads.rows(FIRST, [firmId]);
  return Number(row?.seq ?? 1);
}
