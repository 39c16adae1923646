import {
  counts,
  dayOf,
  dayStart,
  FIRST_REPORT_DAY,
  reportDays,
  type DaysFault,
  type ReportDays,
  type ReportKind,
} from "@gatehouse/shared";

/** What a report is about, as somebody asks for it. Null: what is usual. */
export interface AskedPeriod {
  /** Of "access". */
  asOf: number | null;
  /** Of the others: days of the firm's zone, both included. */
  since: string | null;
  until: string | null;
}
/** What it is about: a moment, or days. */
export type ReportPeriod = { asOf: number; days: null } | { asOf: null; days: ReportDays };

/** What is wrong with a question, and where. */
export interface WrongQuestion {
  field: keyof AskedPeriod;
  problem: string;
}

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
    if (asOf !== null && asOf < dayStart(FIRST_REPORT_DAY, timeZone))
      return { field: "asOf", problem: `asOf is before ${FIRST_REPORT_DAY}.` };
    return { asOf: asOf ?? now, days: null };
  }
  if (asOf !== null) return { field: "asOf", problem: "This report is about days: give since and until." };
  const today = dayOf(now, timeZone);
  const days = reportDays({ since, until }, today);
  return "fault" in days ? { field: days.field, problem: problemWith(days, today) } : { asOf: null, days };
}

const problemWith = ({ field, fault }: DaysFault, today: string): string =>
  ({
    NOT_A_DAY: `${field} is not a day like 2026-01-31.`,
    TOO_EARLY: `${field} is before ${FIRST_REPORT_DAY}.`,
    NOT_YET: `${field} is after today, which is ${today} in the firm's time zone.`,
    BACKWARDS: "since is after until.",
    TOO_MANY: `Ask for ${counts.reportDays} days at most.`,
  })[fault];

/** The same in the data of events. */
export const periodTold = ({ asOf, days }: ReportPeriod): { asOf?: string; since?: string; until?: string } =>
  days === null ? { asOf: new Date(asOf).toISOString() } : { since: days.first, until: days.last };
