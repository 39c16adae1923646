import type { EntityManager } from "typeorm";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { unpreparedRows } from "../../platform/database/prepared-rows.js";
import { chainedEvent } from "../audit-chain/event-digest.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import type { LogLine } from "./log-file.js";

const e = table(AuditEvent);
const AT_ONCE = 1000;
const AFTER = select({ ...e }).from`${e} WHERE ${e.firmId} = ? AND ${e.seq} > ? AND ${e.seq} <= ?
  ORDER BY ${e.seq} LIMIT ${AT_ONCE}`;
const c = table(AuditCounter);
const DIGEST = select({ digest: e.digest }).from`${e} WHERE ${e.firmId} = ? AND ${e.seq} = ?`;
const TRIMMED = select({ digest: c.trimmedDigest }).from`${c} WHERE ${c.firmId} = ?`;

const LAST = select({ seq: computed<number | null>(sql`MAX(${e.seq})`) }).from`${e} WHERE ${e.firmId} = ?`;

/** The number of the last event that is there. */
export async function lastStoredSeq(reader: EntityManager, firmId: string): Promise<number> {
  const [last] = await unpreparedRows(reader, LAST, [firmId]);
  return Number(last?.seq ?? 0);
}

/** A firm's log from after one event through another, in chunks that fit into memory. */
export async function* readLog(
  reader: EntityManager,
  firmId: string,
  { afterSeq, throughSeq }: { afterSeq: number; throughSeq: number },
): AsyncGenerator<LogLine[]> {
  const [before] = await unpreparedRows(reader, DIGEST, [firmId, afterSeq]);
  let previous = before?.digest ?? null;
  for (let from = afterSeq; ;) {
    const rows = await unpreparedRows(reader, AFTER, [firmId, from, throughSeq]);
    const [first] = rows;
    if (!first) return;
    if (previous === null && first.seq > 1)
      previous = (await unpreparedRows(reader, TRIMMED, [firmId]))[0]?.digest ?? null;
    yield rows.map((row) => {
      const line = { ...chainedEvent(row), previous, digest: row.digest };
      // One with a number below the first was added: it is in front of nothing.
      if (row.seq >= 1) previous = row.digest;
      return line;
    });
    from = rows.at(-1)?.seq ?? from;
  }
}
