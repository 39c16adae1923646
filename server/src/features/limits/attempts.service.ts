import {
  attemptsOf,
  countAttempt,
  leewayOf,
  paceOf,
  waitEndsAt,
  type AttemptLimit,
  type Audience,
} from "@gatehouse/shared";
import { notNull, select, sql, table, type Sql } from "../../platform/database/sql.js";
import { Unavailable } from "../../platform/database/outages.js";
import { digestOf } from "../../platform/crypto/tokens.js";
import { affectedRows, insertIgnore } from "../../platform/database/dialect.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { AttemptCounter } from "./attempt-counter.entity.js";

/** An attempt that was taken and can be given back. */
export interface TakenAttempt {
  key: string;
  limit: AttemptLimit;
  factor: number;
  /** How many waits in a row preceded it. */
  blockCount: number;
}

export type Attempt =
  | {
      ok: true;
      /** Whether it was the last one before the wait begins. */ isLast: boolean;
      waitMs: number;
      taken: TakenAttempt;
    }
  | { ok: false; retryAfterMs: number };

/** The key by which password attempts are counted; the same for a known and an unknown address. */
export const passwordAttemptsKey = (audience: Audience, firmId: string | null, email: string): string =>
  `password:${audience}:${audience === "PORTAL" ? firmId : ""}:${email}`;

const n = table(AttemptCounter);
const OF_KEY = sql`WHERE ${n.keyDigest} = ?`;
const WAIT = select({ blockedUntil: notNull(n.blockedUntil) }).from`${n} ${OF_KEY} AND ${n.blockedUntil} IS NOT NULL`;
const LOCK = sql`UPDATE ${n} SET ${n.attempts} = ${n.attempts} ${OF_KEY}`;
const FIRST = sql`${n} (${n.keyDigest}, ${n.attempts}, ${n.windowEndsAt}, ${n.blockedUntil}, ${n.blockCount}, ${n.owedUntil}) VALUES (?, 0, 0, NULL, 0, 0)`;
/** MySQL assigns from left to right, so blockCount comes last. `lifted`: the new value of a wait that this ends. */
const givingBackTo = (lifted: Sql) => sql`UPDATE ${n} SET ${n.owedUntil} = ${n.owedUntil} - ?,
  ${n.attempts} = CASE WHEN ${n.blockCount} > ? THEN ? WHEN ${n.attempts} > 0 THEN ${n.attempts} - 1 ELSE 0 END,
  ${n.blockedUntil} = CASE WHEN ${n.blockCount} > ? THEN ${lifted} ELSE ${n.blockedUntil} END,
  ${n.blockCount} = ?
  ${OF_KEY} AND ${n.blockCount} IN (?, ?)`;
const GIVE_BACK_FIRST = givingBackTo(sql`NULL`);
const GIVE_BACK = givingBackTo(sql`?`);
const TAKE_PLAINLY = sql`UPDATE ${n} SET ${n.attempts} = ${n.attempts} + 1, ${n.owedUntil} = CASE WHEN ${n.owedUntil} > ? THEN ${n.owedUntil} ELSE ? END + ?
  ${OF_KEY} AND ${n.blockedUntil} IS NULL AND ${n.blockCount} = 0 AND ${n.windowEndsAt} > ? AND ${n.attempts} + 1 < ? AND ${n.owedUntil} <= ?`;

/**
 * Counts what may happen only a limited number of times, by the rule of `countAttempt`. An attempt is taken in a
 * separate transaction before it is evaluated, so that neither a rollback, a crash nor 200 parallel attempts yield an
 * extra one.
 */
export class Attempts {
  constructor(private readonly work: Work) {}

  /**
   * Takes one attempt of `key`. The last one starts the wait, during which every attempt is refused. `factor`
   * multiplies the number of attempts.
   */
  async take(key: string, limit: AttemptLimit, factor = 1): Promise<Attempt> {
    const { work } = this;
    if ((await work.once(...plainly(key, limit, factor, work.clock.now()))) === 1) return plain({ key, limit, factor });
    const refused = await this.refusedAlready(key, limit, factor);
    return refused ?? work.do((unit) => countLocked(unit, key, limit, factor), { onlyCounts: true });
  }

  /** The same together with other attempts, in a transaction that only takes attempts (Work.doAndKeep). */
  async takeWithin(unit: UnitOfWork, key: string, limit: AttemptLimit, factor = 1): Promise<Attempt> {
    if ((await unit.affected(...plainly(key, limit, factor, unit.now))) === 1) return plain({ key, limit, factor });
    const refused = await this.refusedAlready(key, limit, factor, unit);
    return refused ?? countLocked(unit, key, limit, factor);
  }

  /** Until when every attempt is refused; null if the next one counts. Takes none. */
  async waitsUntil(
    key: string,
    limit: AttemptLimit,
    factor = 1,
    reader: Pick<UnitOfWork, "rows"> = this.work,
  ): Promise<number | null> {
    const [counter] = await reader.rows(WAIT, [digestOf(key)]);
    return counter ? waitEndsAt(counter, limit, this.work.clock.now(), factor) : null;
  }

  /** Only reads: a flood of attempts during a wait takes no locks, and leaves the cores to others. */
  private async refusedAlready(
    ...asked: Parameters<Attempts["waitsUntil"]>
  ): Promise<{ ok: false; retryAfterMs: number } | null> {
    const until = await this.waitsUntil(...asked);
    return until === null ? null : { ok: false, retryAfterMs: until - this.work.clock.now() };
  }

  /** Clears the count after a success. */
  async clear(...keys: string[]): Promise<void> {
    await this.work.do((unit) => this.clearWithin(unit, ...keys), { onlyCounts: true });
  }
  /** The same within the transaction of the success, before it takes the firm's lock. */
  async clearWithin({ manager }: UnitOfWork, ...keys: string[]): Promise<void> {
    await manager.delete(AttemptCounter, keys.map(digestOf));
  }

  /** Gives one attempt back: it succeeded, but others from the same source may still fail. */
  async giveBack(taken: TakenAttempt): Promise<void> {
    await this.work.once(...givingBack(taken, this.work.clock.now()));
  }

  /** Evaluates what attempts were taken for. If that is impossible (no place in line for a hash), gives them back. */
  async judging<T>(taken: readonly TakenAttempt[], judge: () => Promise<T>): Promise<T> {
    try {
      return await judge();
    } catch (error) {
      for (const attempt of taken) await this.giveBack(attempt);
      throw error;
    }
  }

  /**
   * Gives attempts back after `failure` if that is an outage that committed nothing. Only for what was judged right:
   * whoever can cause an outage must not get guesses by it. The failure is the one to report, so none of its own is
   * thrown.
   */
  async giveBackAfter(failure: unknown, taken: readonly TakenAttempt[]): Promise<void> {
    if (!(failure instanceof Unavailable)) return;
    for (const attempt of taken) await this.giveBack(attempt).catch(() => undefined);
  }

  /** The same as `giveBack`, as the last act in the transaction of the success; never in one that calls `takeWithin`. */
  async giveBackWithin(unit: UnitOfWork, taken: TakenAttempt): Promise<void> {
    await unit.affected(...givingBack(taken, unit.now));
  }
}

/** Evaluates one more attempt under the row's lock: whatever was read before may have changed. */
async function countLocked(unit: UnitOfWork, key: string, limit: AttemptLimit, factor: number): Promise<Attempt> {
  const { manager, now } = unit;
  const keyDigest = digestOf(key);
  await lockRow(unit, keyDigest);
  const judged = countAttempt(await manager.findOneByOrFail(AttemptCounter, { keyDigest }), limit, now, factor);
  if (judged.isRefused) return { ok: false, retryAfterMs: judged.retryAfterMs };
  const { count, waitMs } = judged;
  await manager.update(AttemptCounter, { keyDigest }, count);
  const blockCount = waitMs === null ? count.blockCount : count.blockCount - 1;
  return { ok: true, isLast: waitMs !== null, waitMs: waitMs ?? 0, taken: { key, limit, factor, blockCount } };
}

/** Locks the row, so that parallel attempts count one after another; the first one creates the row. */
async function lockRow({ manager }: UnitOfWork, keyDigest: string): Promise<void> {
  if ((await affectedRows(manager, LOCK, [keyDigest])) > 0) return;
  await affectedRows(manager, sql`${insertIgnore(manager)} ${FIRST}`, [keyDigest]);
  await affectedRows(manager, LOCK, [keyDigest]);
}

/**
 * Undoes the attempt. The wait that its last attempt started is lifted if any earlier attempt proves right: fewer were
 * wrong than the wait was for. Other changes since then stay.
 */
const givingBack = ({ key, limit, factor, blockCount }: TakenAttempt, now: number): [Sql, unknown[]] => [
  blockCount === 0 ? GIVE_BACK_FIRST : GIVE_BACK,
  [
    paceOf(limit, factor),
    blockCount,
    attemptsOf(limit, blockCount, factor) - 1,
    blockCount,
    ...(blockCount === 0 ? [] : [now]),
    blockCount,
    digestOf(key),
    blockCount,
    blockCount + 1,
  ],
];

const plain = (taken: Omit<TakenAttempt, "blockCount">): Attempt => ({
  ok: true,
  isLast: false,
  waitMs: 0,
  taken: { ...taken, blockCount: 0 },
});
/** Takes an attempt that neither starts nor ends a window: most do neither, and need no more than this. */
const plainly = (key: string, limit: AttemptLimit, factor: number, now: number): [Sql, unknown[]] => [
  TAKE_PLAINLY,
  [
    now,
    now,
    paceOf(limit, factor),
    digestOf(key),
    now,
    attemptsOf(limit, 0, factor),
    now + leewayOf(limit, factor) - paceOf(limit, factor),
  ],
];
