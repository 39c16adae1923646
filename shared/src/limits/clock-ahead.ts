/**
 * A server's clock that was ahead, and was set right, has left moments behind that no right clock would have written. Whoever is held
 * back by one is held back for as long as the clock was ahead, so such a moment counts for nothing. Several servers' clocks differ by
 * less than this.
 */
export const CLOCK_MARGIN_MS = 5 * 60_000;

/** Whether a stored moment lies further ahead than the last one that can be right. */
export const isAheadOf = (lastPlausible: number, moment: number): boolean => moment > lastPlausible + CLOCK_MARGIN_MS;

/** The end of a wait that lasts `longestMs` at most; null where there is none, it is over, or a clock that was ahead has written it. */
export const endOfWait = (until: number | null, longestMs: number, now: number): number | null =>
  until !== null && until > now && !isAheadOf(now + longestMs, until) ? until : null;
