import { DAY_MS } from "../durations/durations.js";
import { durationInWords } from "../language/durations-in-words.js";

/** For how many days a firm's sign-in events may keep their facts. Ever is allowed too, and the default. */
export const signInRetentionDays = { least: 30, most: 3650 } as const;
/**
 * How long after a change of the setting nothing is erased: whoever got hold of a session cannot erase the traces
 * before the owners have read the mail about it.
 */
export const SIGN_IN_RETENTION_WAIT_MS = DAY_MS;

export interface SignInRetention {
  /** Null: for ever. */
  days: number | null;
  /** When it was last changed; null: never. */
  setAt: number | null;
}

/** Whether a firm may choose it. */
export const isSignInRetention = (days: number | null): boolean =>
  days === null || (Number.isInteger(days) && days >= signInRetentionDays.least && days <= signInRetentionDays.most);

/** Whether events lose their facts earlier than before. */
export const isShorter = (from: number | null, to: number | null): boolean =>
  to !== null && (from === null || to < from);

/** Whether events lose facts at all. Days that nobody may choose mean for ever: only a hand in the table can have set them. */
export const erasesSignIns = (days: number | null): boolean => days !== null && isSignInRetention(days);

/** From when the setting is carried out; null: it erases nothing. */
export const signInErasureFrom = ({ days, setAt }: SignInRetention): number | null =>
  setAt !== null && erasesSignIns(days) ? setAt + SIGN_IN_RETENTION_WAIT_MS : null;

/** Sign-in events of before this moment are too old for this many days. Whole days in UTC, since each time is an event. */
export const tooOldBefore = (days: number, now: number): number => Math.floor((now - days * DAY_MS) / DAY_MS) * DAY_MS;

/** Sign-in events of before this moment lose their facts; null: none do now. */
export function signInsErasedBefore(setting: SignInRetention, now: number): number | null {
  const from = signInErasureFrom(setting);
  return setting.days === null || from === null || now < from ? null : tooOldBefore(setting.days, now);
}

const YEAR_DAYS = 365;
/** "for ever", "for 1 year", "for 90 days". */
export const keptInWords = (days: number | null): string =>
  days === null
    ? "for ever"
    : `for ${days % YEAR_DAYS === 0 ? durationInWords(days / YEAR_DAYS, "year", "EN") : durationInWords(days, "day", "EN")}`;
