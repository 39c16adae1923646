import { addDays, counts, DAY_MS, dayOf, type ReportKind } from "@gatehouse/shared";

/** What a report is about, as somebody asks for it. Null: what is usual. */
export interface AskedPeriod {
  /** Of "access". */
  asOf: number | null;
  /** Of the others: days of the firm's zone, both included. */
  since: string | null;
  until: string | null;
}
/** What it is about: a moment, or days. */
export type ReportPeriod = { asOf: number; days: null } | { asOf: null; days: { first: string; last: string } };

/** What is wrong with a question, and where. */
export interface WrongQuestion {
  field: keyof AskedPeriod;
  problem: string;
}

const DAYS_UNASKED = 30;

/** Whether the text is a day of the calendar, like 2026-01-31. */
export const isDay = (text: string): boolean =>
  /^(19|2\d)\d\d-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;

/** What the report is about: of "access" a moment, now by default; of the others some days, the last thirty by default. */
export function readPeriod(
  kind: ReportKind,
  { asOf, since, until }: AskedPeriod,
  { now, timeZone }: { now: number; timeZone: string },
): ReportPeriod | WrongQuestion {
  if (kind === "access") {
    const field = since !== null ? "since" : until !== null ? "until" : null;
    if (field !== null) return { field, problem: "This report is as of a moment: give asOf alone." };
    if (asOf !== null && asOf > now) return { field: "asOf", problem: "asOf is in the future." };
    return { asOf: asOf ?? now, days: null };
  }
  if (asOf !== null) return { field: "asOf", problem: "This report is about days: give since and until." };
  for (const field of ["since", "until"] as const) {
    const day = { since, until }[field];
    if (day !== null && !isDay(day)) return { field, problem: `${field} is not a day like 2026-01-31.` };
  }
  const last = until ?? dayOf(now, timeZone);
  const first = since ?? addDays(last, 1 - DAYS_UNASKED);
  const days = daysOf({ first, last });
  if (days >= 1 && days <= counts.reportDays) return { asOf: null, days: { first, last } };
  return { field: "since", problem: `Ask for 1 to ${counts.reportDays} days, since before until.` };
}

/** How many days there are, the first and the last one included. */
export const daysOf = ({ first, last }: { first: string; last: string }): number =>
  (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;

/** The same in the data of events. */
export const periodTold = ({ asOf, days }: ReportPeriod): { asOf?: string; since?: string; until?: string } =>
  days === null ? { asOf: new Date(asOf).toISOString() } : { since: days.first, until: days.last };
