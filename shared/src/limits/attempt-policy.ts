import { endOfWait, isAheadOf } from "./clock-ahead.js";
import { doublingWait, type AttemptLimit } from "./limits.js";

const hour = 3_600_000;
const day = 24 * hour;

/** What was counted for one key. Times are epoch milliseconds. */
export interface AttemptCount {
  /** Attempts since the window began, or since the last wait. */
  attempts: number;
  windowEndsAt: number;
  /** No attempts until then. The value stays after the wait is over, until no wait has begun for `longestWait`. */
  blockedUntil: number | null;
  /** Waits in a row. */
  blockCount: number;
  /** Each attempt moves it forward by `paceOf`: its distance from now shows how much of the day's share is used up. */
  owedUntil: number;
}

export type JudgedAttempt =
  | { isRefused: true; retryAfterMs: number }
  | {
      isRefused: false;
      count: AttemptCount;
      /** The wait that this attempt began; null: none. */ waitMs: number | null;
    };

/** Half of a day's attempts may come at once, the other half evenly spread. */
const burstOf = ({ perDay }: AttemptLimit, factor: number) => Math.max(2, Math.floor((perDay * factor) / 2));

/** How long it takes until the day's share allows one more attempt. */
export const paceOf = (limit: AttemptLimit, factor = 1): number => Math.ceil(day / burstOf(limit, factor));

/** How far in the future `owedUntil` may be after an attempt that begins no wait. */
export const leewayOf = (limit: AttemptLimit, factor = 1): number =>
  (burstOf(limit, factor) - 1) * paceOf(limit, factor);

/** The longest wait that an attempt can begin. */
const longestWaitOf = (limit: AttemptLimit, factor: number) => Math.max(limit.longestWait, paceOf(limit, factor));

/** When the current wait ends; null if the next attempt is allowed. */
export const waitEndsAt = (
  { blockedUntil }: Pick<AttemptCount, "blockedUntil">,
  limit: AttemptLimit,
  now: number,
  factor = 1,
): number | null => endOfWait(blockedUntil, longestWaitOf(limit, factor), now);

/** How many attempts are allowed until the next wait: a whole window's, or a tenth of them after a wait. `factor` multiplies the limits per source. */
export const attemptsOf = ({ attempts }: AttemptLimit, blockCount: number, factor = 1): number =>
  Math.max(1, Math.floor(attempts * factor * (blockCount === 0 ? 1 : 0.1)));

/** Corrects a count written by a clock that was ahead: its wait ends now, and no more than a day's share is used up. */
function asOf(now: number, count: AttemptCount, limit: AttemptLimit, factor: number): AttemptCount {
  const isWaitOver = count.blockedUntil !== null && isAheadOf(now + longestWaitOf(limit, factor), count.blockedUntil);
  return {
    ...count,
    blockedUntil: isWaitOver ? now : count.blockedUntil,
    windowEndsAt: isAheadOf(now + limit.window, count.windowEndsAt) ? now : count.windowEndsAt,
    owedUntil: Math.min(count.owedUntil, now + leewayOf(limit, factor)),
  };
}

/**
 * Judges one more attempt: refused during a wait, otherwise counted. The last attempt of a window, or of the day's share, begins a wait.
 * After it, a tenth of a window's attempts is allowed before the next wait, which is twice as long. A whole window is allowed again only
 * once no wait has begun for `longestWait`.
 */
export function countAttempt(stored: AttemptCount, limit: AttemptLimit, now: number, factor = 1): JudgedAttempt {
  const count = asOf(now, stored, limit, factor);
  const { blockedUntil } = count;
  if (blockedUntil !== null && blockedUntil > now) return { isRefused: true, retryAfterMs: blockedUntil - now };
  const isRowOver = blockedUntil !== null && blockedUntil + limit.longestWait <= now;
  const blockCount = isRowOver ? 0 : count.blockCount;
  const isNewWindow = isRowOver || (blockCount === 0 && count.windowEndsAt <= now);
  const attempts = isNewWindow ? 1 : count.attempts + 1;
  const windowEndsAt = isNewWindow ? now + limit.window : count.windowEndsAt;
  const owedUntil = Math.max(count.owedUntil, now) + paceOf(limit, factor);
  const shareWaitMs = owedUntil - leewayOf(limit, factor) - now;
  if (attempts < attemptsOf(limit, blockCount, factor) && shareWaitMs <= 0)
    return {
      isRefused: false,
      count: { attempts, windowEndsAt, blockedUntil: isRowOver ? null : blockedUntil, blockCount, owedUntil },
      waitMs: null,
    };
  const waitMs = Math.max(doublingWait(limit, blockCount), shareWaitMs);
  return {
    isRefused: false,
    count: { attempts: 0, windowEndsAt, blockedUntil: now + waitMs, blockCount: blockCount + 1, owedUntil },
    waitMs,
  };
}

/**
 * The most attempts that anyone gets in any hour and any 24 hours, however they are spread: a window that is nearly used up may be
 * followed at once by another, and half of a day's share is available at the start. docs/security.md lists the results.
 */
export function mostAttempts(limit: AttemptLimit): { inAnHour: number; inADay: number } {
  const within = (ms: number) => {
    const byShare = burstOf(limit, 1) + Math.floor(ms / paceOf(limit));
    const byWindows = (Math.floor(ms / limit.window) + 1) * limit.attempts;
    return Math.min(byShare, byWindows);
  };
  return { inAnHour: within(hour), inADay: within(day) };
}
