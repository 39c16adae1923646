import { endOfWait, isAheadOf } from "./clock-ahead.js";
import { doublingWait, type AttemptLimit } from "./limits.js";

const hour = 3_600_000;
const day = 24 * hour;

/** What was counted of one key. Moments are epoch milliseconds. */
export interface AttemptCount {
  /** Tries since the window began, or since the last wait. */
  attempts: number;
  windowEndsAt: number;
  /** No try until then. It stays when it is over, until no wait has begun for `longestWait`. */
  blockedUntil: number | null;
  /** Waits in a row. */
  blockCount: number;
  /** Each try moves it on by `paceOf`: how far ahead of now it is tells how much of the day's share is used up. */
  owedUntil: number;
}

export type JudgedAttempt =
  | { isRefused: true; retryAfterMs: number }
  | { isRefused: false; count: AttemptCount; /** The wait that it began; null: none. */ waitMs: number | null };

/** Half of a day's tries may come at once, the other half evenly. */
const burstOf = ({ perDay }: AttemptLimit, factor: number) => Math.max(2, Math.floor((perDay * factor) / 2));

/** How long it takes until one more try of the day's share is there. */
export const paceOf = (limit: AttemptLimit, factor = 1): number => Math.ceil(day / burstOf(limit, factor));

/** How far ahead of now `owedUntil` may be after a try that begins no wait. */
export const leewayOf = (limit: AttemptLimit, factor = 1): number =>
  (burstOf(limit, factor) - 1) * paceOf(limit, factor);

/** The longest wait that a try can begin. */
const longestWaitOf = (limit: AttemptLimit, factor: number) => Math.max(limit.longestWait, paceOf(limit, factor));

/** Until when every try is refused; null where the next one counts. */
export const waitEndsAt = (
  { blockedUntil }: Pick<AttemptCount, "blockedUntil">,
  limit: AttemptLimit,
  now: number,
  factor = 1,
): number | null => endOfWait(blockedUntil, longestWaitOf(limit, factor), now);

/** How many tries there are until the next wait: a window's, or after a wait a tenth of them. `factor` multiplies the limits per source. */
export const attemptsOf = ({ attempts }: AttemptLimit, blockCount: number, factor = 1): number =>
  Math.max(1, Math.floor(attempts * factor * (blockCount === 0 ? 1 : 0.1)));

/** What was counted by a clock that was ahead, as it would be by this one: its wait ends now, and no more than a day's share is owed. */
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
 * Judges one more try: refused while a wait lasts, else counted. The last one of a window, or of the day's share, begins a wait. After it a
 * tenth of a window's tries is there before the next, which is twice as long; a whole window only once no wait has begun for `longestWait`.
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
 * The most tries that anybody gets in any hour and any 24 hours, however they are spread: a window that was nearly used up may be followed
 * by another at once, and half of a day's share is there at its beginning. docs/security.md tells them.
 */
export function mostAttempts(limit: AttemptLimit): { inAnHour: number; inADay: number } {
  const within = (ms: number) => {
    const byShare = burstOf(limit, 1) + Math.floor(ms / paceOf(limit));
    const byWindows = (Math.floor(ms / limit.window) + 1) * limit.attempts;
    return Math.min(byShare, byWindows);
  };
  return { inAnHour: within(hour), inADay: within(day) };
}
