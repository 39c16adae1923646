import { addDays } from "../days/days.js";
import { DAY_MS } from "../durations/durations.js";
import { counts } from "../limits/limits.js";

/** No report is about an earlier day: no firm's log is that old, and who types one has slipped. */
export const FIRST_REPORT_DAY = "2000-01-01";
const DAYS_UNASKED = 30;

/** Days of the firm's zone, both included. */
export interface ReportDays {
  first: string;
  last: string;
}

/** Why a report is not about a day. */
export type DayFault = "NOT_A_DAY" | "TOO_EARLY" | "NOT_YET";
/** Why it is not about some days. */
export interface DaysFault {
  field: "since" | "until";
  fault: DayFault | "BACKWARDS" | "TOO_MANY";
}

/** Whether the text is a day of the calendar, like 2026-01-31. */
export const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

/** Null: a report may be about that day. `today`: in the firm's zone, like every day here. */
export function dayFault(day: string, today: string): DayFault | null {
  if (!isDay(day)) return "NOT_A_DAY";
  if (day < FIRST_REPORT_DAY) return "TOO_EARLY";
  return day > today ? "NOT_YET" : null;
}

/** The days that a report is about, by default the last thirty. */
export function reportDays(
  asked: { since: string | null; until: string | null },
  today: string,
): ReportDays | DaysFault {
  for (const field of ["since", "until"] as const) {
    const day = asked[field];
    const fault = day === null ? null : dayFault(day, today);
    if (fault !== null) return { field, fault };
  }
  const last = asked.until ?? today;
  const first = asked.since ?? addDays(last, 1 - DAYS_UNASKED);
  const days = countDays({ first, last });
  if (days < 1) return { field: "since", fault: "BACKWARDS" };
  return days > counts.reportDays ? { field: "since", fault: "TOO_MANY" } : { first, last };
}

/** How many days there are. */
export const countDays = ({ first, last }: ReportDays): number => (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
