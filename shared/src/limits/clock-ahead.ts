/**
 * A server clock that ran ahead before it was corrected has stored times that a correct clock could not have written. Such a time would
 * block a person for as long as the clock was ahead, so it is ignored. The clocks of several servers differ by less than this margin.
 */
export const CLOCK_MARGIN_MS = 5 * 60_000;

/** Whether a stored time is later than the last one that can be correct. */
export const isAheadOf = (lastPlausible: number, moment: number): boolean => moment > lastPlausible + CLOCK_MARGIN_MS;

/** The end of a wait of at most `longestMs`; null if there is none, it is over, or a clock that was ahead wrote it. */
export const endOfWait = (until: number | null, longestMs: number, now: number): number | null =>
  until !== null && until > now && !isAheadOf(now + longestMs, until) ? until : null;
