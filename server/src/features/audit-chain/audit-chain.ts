import type { EntityManager } from "typeorm";
import { affectedRows, forUpdateSql } from "../../platform/database/dialect.js";
import { rowsOf, unpreparedRows } from "../../platform/database/prepared-rows.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { joinTenant } from "../../platform/database/transaction.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { chainedEvent, eventDigest, newSalt } from "./event-digest.js";

const counters = table(AuditCounter);
const events = table(AuditEvent);
const STATE = select({
  lastSeq: counters.lastSeq,
  chainedSeq: counters.chainedSeq,
  chainDigest: counters.chainDigest,
  sealingFromSeq: counters.sealingFromSeq,
  checkpointSeq: counters.checkpointSeq,
  checkpointAt: counters.checkpointAt,
}).from`${counters} WHERE ${counters.firmId} = ?`;
const SAVE = sql`UPDATE ${counters}
  SET ${counters.lastSeq} = ?, ${counters.chainedSeq} = ?, ${counters.chainDigest} = ?, ${counters.sealingFromSeq} = ?
  WHERE ${counters.firmId} = ?`;
const WAITING = select({ ...events })
  .from`${events} WHERE ${events.firmId} = ? AND ${events.seq} > ? ORDER BY ${events.seq} LIMIT `;
const SEAL = sql`UPDATE ${events} SET ${events.actorSeal} = ?, ${events.subjectSeal} = ?, ${events.digest} = ?
  WHERE ${events.firmId} = ? AND ${events.seq} = ?`;

/** How far a firm's log goes, and how far its chain. */
export interface ChainState {
  /** The number of the last event. */
  lastSeq: number;
  /** The last event in the chain. Those after it were written by a server of the version before. */
  chainedSeq: number;
  /** Its digest; null while the chain is empty. */
  chainDigest: string | null;
  /** The first of the events that are being sealed, while that takes several transactions. */
  sealingFromSeq: number | null;
  /** The last event that is a signed checkpoint, and when it was signed. */
  checkpointSeq: number;
  checkpointAt: number | null;
}
/** Events that were sealed after they had been written. */
export interface SealedRange {
  fromSeq: number;
  throughSeq: number;
}

/**
 * Locks a firm's log until the commit; null if the firm is gone. Whoever writes an event takes this lock in the end, so it
 * also serializes what must see each other's rows.
 */
export async function lockChain(manager: EntityManager, firmId: string): Promise<ChainState | null> {
  joinTenant(manager, firmId);
  const [state] = await rowsOf(manager, STATE.plus`${forUpdateSql(manager)}`, [firmId]);
  return state ?? null;
}

export async function saveChain(manager: EntityManager, firmId: string, state: ChainState): Promise<void> {
  const { lastSeq, chainedSeq, chainDigest, sealingFromSeq } = state;
  await affectedRows(manager, SAVE, [lastSeq, chainedSeq, chainDigest, sealingFromSeq, firmId]);
}

/** Whether new events can follow the last one in the chain. */
export const isWhole = ({ lastSeq, chainedSeq }: ChainState): boolean => lastSeq === chainedSeq;

/**
 * Adds the events that come next to the chain: fills in their seals and digests, and moves the state on. Nothing is
 * written. Without a whole chain they stay outside, until somebody seals them (sealWaiting).
 */
export function chainNew(rows: readonly AuditEvent[], state: ChainState): ChainState {
  const last = rows.at(-1);
  if (!last) return state;
  const chained = isWhole(state) ? chainRows(rows, state) : state;
  return { ...chained, lastSeq: last.seq };
}

/**
 * Seals at most `most` of the events that wait, and moves the state on; the caller saves it. Returns what was sealed once none
 * is left, so that an event can say so.
 */
export async function sealWaiting(
  manager: EntityManager,
  firmId: string,
  state: ChainState,
  most: number,
): Promise<{ state: ChainState; sealed: SealedRange | null }> {
  const rows = await unpreparedRows(manager, WAITING.plus`${most}`, [firmId, state.chainedSeq]);
  const [first] = rows;
  if (!first) return { state: { ...state, chainedSeq: state.lastSeq, sealingFromSeq: null }, sealed: null };
  const fromSeq = state.sealingFromSeq ?? first.seq;
  const next = chainRows(rows, state);
  for (const { actorSeal, subjectSeal, digest, seq } of rows)
    await affectedRows(manager, SEAL, [actorSeal, subjectSeal, digest, firmId, seq]);
  if (!isWhole(next)) return { state: { ...next, sealingFromSeq: fromSeq }, sealed: null };
  return { state: { ...next, sealingFromSeq: null }, sealed: { fromSeq, throughSeq: next.chainedSeq } };
}

/** So many are sealed in passing, by whoever writes the next event; more are left to a worker. */
const FEW = 50;

/** Seals what servers of the version before have written meanwhile, if that is little. */
export async function sealFew(
  manager: EntityManager,
  firmId: string,
  state: ChainState,
): Promise<{ state: ChainState; sealed: SealedRange | null }> {
  const waiting = state.lastSeq - state.chainedSeq;
  return waiting === 0 || waiting > FEW ? { state, sealed: null } : sealWaiting(manager, firmId, state, FEW);
}

function chainRows(rows: readonly AuditEvent[], state: ChainState): ChainState {
  let { chainedSeq, chainDigest } = state;
  for (const row of rows) {
    row.actorSeal ??= newSalt();
    row.subjectSeal ??= newSalt();
    row.digest = eventDigest(row.firmId, chainedEvent(row), chainDigest);
    chainDigest = row.digest;
    chainedSeq = row.seq;
  }
  return { ...state, chainedSeq, chainDigest };
}
