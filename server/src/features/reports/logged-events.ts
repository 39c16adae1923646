import type { AuditEventType } from "@gatehouse/shared";
import { placeholders, select, table } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { changesOf, methodsOf } from "../work/event-sentence.js";
import type { Work } from "../work/unit-of-work.js";
import type { LoggedEvent } from "./access-fold.js";

const e = table(AuditEvent, "e");
const EVENTS = select({
  seq: e.seq,
  type: e.type,
  occurredAt: e.occurredAt,
  actorKind: e.actorKind,
  contactId: e.contactId,
  accountId: e.accountId,
  methods: e.methods,
  changes: e.changes,
  data: e.data,
});
/** How many events are read at once. */
const AT_ONCE = 1000;
/** The column holds no higher number. */
const LAST_SEQ = 2 ** 31 - 1;

/** The part of a firm's log that a report reads: events from one through another, and what happened in [since, until). */
export interface LogPart {
  afterSeq?: number;
  /** Absent: to the log's end. */
  throughSeq?: number;
  types: readonly AuditEventType[];
  since?: number;
  until?: number;
  /** Called with the number of each last event that was read. */
  onRead?: ((seq: number) => void) | undefined;
}

/** A firm's events, oldest first, in chunks that fit into memory. */
export async function* loggedEvents(work: Work, firmId: string, part: LogPart): AsyncGenerator<LoggedEvent[]> {
  const { afterSeq = 0, throughSeq = LAST_SEQ, types, since = 0, until = Number.MAX_SAFE_INTEGER } = part;
  const page = EVENTS.from`${e} WHERE ${e.firmId} = ? AND ${e.seq} > ? AND ${e.seq} <= ?
    AND ${e.occurredAt} >= ? AND ${e.occurredAt} < ? AND ${e.type} IN (${placeholders(types.length)})
    ORDER BY ${e.seq} LIMIT ${AT_ONCE}`;
  for (let after = afterSeq; ;) {
    const rows = await work.unpreparedRows(page, [firmId, after, throughSeq, since, until, ...types]);
    yield rows.map(({ data, ...row }) => ({
      ...row,
      methods: methodsOf(row),
      changes: changesOf(row),
      data: JSON.parse(data) as Record<string, unknown>,
    }));
    const last = rows.at(-1);
    if (last) part.onRead?.(last.seq);
    if (!last || rows.length < AT_ONCE) return;
    after = last.seq;
  }
}

/** What a report about a moment has not seen yet: what happened later, and what came after the event that it stands on. */
export async function* laterEvents(
  work: Work,
  firmId: string,
  types: readonly AuditEventType[],
  { asOf, throughSeq }: { asOf: number; throughSeq: number },
): AsyncGenerator<LoggedEvent[]> {
  yield* loggedEvents(work, firmId, { types, throughSeq, since: asOf + 1 });
  yield* loggedEvents(work, firmId, { types, afterSeq: throughSeq });
}
