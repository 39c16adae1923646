import { doublingWait, type AttemptLimit, type Audience } from "@gatehouse/shared";
import { digestOf } from "../../platform/crypto/tokens.js";
import { affectedRows, insertIgnore } from "../../platform/database/dialect.js";
import type { UnitOfWork, Work } from "../audit/unit-of-work.js";
import { AttemptCounter } from "./sign-in-challenge.entity.js";

export type Attempt =
  | { ok: true; /** This was the last one before the wait begins. */ isLast: boolean; waitMs: number }
  | { ok: false; retryAfterMs: number };

/** What password tries are counted by: the same for an address that is known and one that is not. */
export const passwordTriesOf = (audience: Audience, firmId: string | null, email: string): string =>
  `password:${audience}:${audience === "PORTAL" ? firmId : ""}:${email}`;

/**
 * Counts what may happen only so often. An attempt is taken before it is evaluated, in a transaction of its own, so that neither a
 * rollback, a crash nor 200 parallel tries give one more.
 */
export class Attempts {
  constructor(private readonly work: Work) {}

  /**
   * Takes one attempt of `key`. With the last one of a window the wait begins (doubling with every block in a row); while it
   * lasts, every attempt is refused. `factor` multiplies how many there are.
   */
  async take(key: string, limit: AttemptLimit, factor = 1): Promise<Attempt> {
    const { work } = this;
    if ((await work.once(...plainly(key, limit, factor, work.clock.now()))) === 1) return plain;
    return work.do((unit) => this.takeWithin(unit, key, limit, factor));
  }

  /** The same beside other tries, in a transaction that takes tries alone (Work.doAndKeep). */
  async takeWithin(unit: UnitOfWork, key: string, limit: AttemptLimit, factor = 1): Promise<Attempt> {
    const { manager, now } = unit;
    if ((await unit.affected(...plainly(key, limit, factor, now))) === 1) return plain;
    const keyDigest = digestOf(key);
    const count = "UPDATE attempt_counters SET attempts = attempts + 1 WHERE keyDigest = ?";
    // Takes the row's lock, so that parallel attempts count one after another; the row is made by the first.
    if ((await affectedRows(manager, count, [keyDigest])) === 0) {
      await manager.query(
        `${insertIgnore(manager)} attempt_counters (keyDigest, attempts, windowEndsAt, blockedUntil, blockCount) VALUES (?, 0, ?, NULL, 0)`,
        [keyDigest, now + limit.window],
      );
      await affectedRows(manager, count, [keyDigest]);
    }
    const counter = await manager.findOneByOrFail(AttemptCounter, { keyDigest });
    if (counter.blockedUntil !== null && counter.blockedUntil > now)
      return { ok: false, retryAfterMs: counter.blockedUntil - now };

    const wasBlocked = counter.blockedUntil !== null;
    const isNewWindow = wasBlocked || counter.windowEndsAt <= now;
    // Blocks in a row double the wait; a quiet window after a block ends the row.
    if (isNewWindow && !(wasBlocked && (counter.blockedUntil ?? 0) + limit.longestWait > now)) counter.blockCount = 0;
    if (isNewWindow) Object.assign(counter, { attempts: 1, windowEndsAt: now + limit.window, blockedUntil: null });
    const allowed = allowedBy(limit, factor);
    const isLast = counter.attempts >= allowed;
    const waitMs = doublingWait(limit, counter.blockCount);
    if (isLast) Object.assign(counter, { blockedUntil: now + waitMs, blockCount: counter.blockCount + 1 });
    // Else it was counted above already.
    if (isNewWindow || isLast) await manager.update(AttemptCounter, { keyDigest }, counter);
    return { ok: true, isLast, waitMs };
  }

  /** Until when every attempt is refused; null where the next one counts. Takes none. */
  async waitsUntil(key: string): Promise<number | null> {
    const counter = await this.work.reader.findOneBy(AttemptCounter, { keyDigest: digestOf(key) });
    return counter?.blockedUntil != null && counter.blockedUntil > this.work.clock.now() ? counter.blockedUntil : null;
  }

  /** Forgets what was counted: the attempt was a success. */
  async clear(...keys: string[]): Promise<void> {
    await this.work.do((unit) => this.clearWithin(unit, ...keys));
  }
  /** The same in the transaction of the success, before it takes the firm's lock. */
  async clearWithin({ manager }: UnitOfWork, ...keys: string[]): Promise<void> {
    await manager.delete(AttemptCounter, keys.map(digestOf));
  }

  /** Gives one attempt back: it was a success, but others of the same source may still fail. */
  async giveBack(key: string): Promise<void> {
    await this.work.once(GIVE_BACK, [digestOf(key)]);
  }

  /** The same as the last thing in the transaction of the success; never where it holds what `takeWithin` is asked beside. */
  async giveBackWithin(unit: UnitOfWork, key: string): Promise<void> {
    await unit.affected(GIVE_BACK, [digestOf(key)]);
  }
}

const GIVE_BACK =
  "UPDATE attempt_counters SET attempts = attempts - 1, blockedUntil = NULL WHERE keyDigest = ? AND attempts > 0";

const allowedBy = (limit: AttemptLimit, factor: number) => Math.max(1, Math.floor(limit.attempts * factor));
const plain: Attempt = { ok: true, isLast: false, waitMs: 0 };
/** Takes an attempt that neither begins a window nor ends one: most are, and need no more than this. */
const plainly = (key: string, limit: AttemptLimit, factor: number, now: number): [string, unknown[]] => [
  `UPDATE attempt_counters SET attempts = attempts + 1
   WHERE keyDigest = ? AND blockedUntil IS NULL AND windowEndsAt > ? AND attempts + 1 < ?`,
  [digestOf(key), now, allowedBy(limit, factor)],
];
