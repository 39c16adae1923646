import { addDays, addMonths, dayStart, firstDayOf, type ReportKind } from "@gatehouse/shared";
import type { ReportPeriod } from "../reports/report-question.js";

/** What a month's report is about: the moment at which the month begins, or the month before, in the firm's zone. */
export function monthlyPeriod(kind: ReportKind, month: string, timeZone: string): ReportPeriod {
  const firstDay = firstDayOf(month);
  if (kind === "access") return { asOf: dayStart(firstDay, timeZone), days: null };
  return { asOf: null, days: { first: firstDayOf(addMonths(month, -1)), last: addDays(firstDay, -1) } };
}
