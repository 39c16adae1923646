import { addDays, countDays, dayStart, type Language, type ReportKind } from "@gatehouse/shared";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { Work } from "../work/unit-of-work.js";
import { accessReport } from "./access-report.js";
import { adoptionReport } from "./adoption-report.js";
import type { ReportPeriod } from "./report-question.js";
import {
  accessTable,
  adoptionTable,
  changesTable,
  momentsIn,
  securityChangeTypes,
  type ReportTable,
} from "./report-table.js";

/** A report to make. What it says is settled by this, whoever makes it and when. */
export interface ReportToMake {
  firmId: string;
  /** In which days are counted and moments are written. */
  timeZone: string;
  kind: ReportKind;
  period: ReportPeriod;
  /** The last event that it is made from. */
  throughSeq: number;
  language: Language;
  /** Called as the log is read, with how many of those events are behind. May throw to end it. */
  onRead?(events: number): void;
}

/** Makes a report from the log; its rows are read as they are asked for. */
export async function makeReport(
  { work, log }: { work: Work; log: AuditLog },
  { firmId, timeZone, kind, period, throughSeq, language, onRead }: ReportToMake,
): Promise<ReportTable> {
  const look = { language, momentOf: momentsIn(timeZone) };
  if (period.days === null)
    return accessTable(await accessReport(work, firmId, { asOf: period.asOf, throughSeq, onRead }), look);
  const { first, last } = period.days;
  if (kind === "adoption") {
    const part = { first, days: countDays(period.days), throughSeq, onRead };
    return adoptionTable(await adoptionReport(work, { firmId, timeZone }, part), look);
  }
  const types = [...securityChangeTypes];
  const events = log.all(firmId, {
    types,
    since: dayStart(first, timeZone),
    until: dayStart(addDays(last, 1), timeZone),
  });
  return changesTable(events, { since: first, until: last, throughSeq, onRead }, look);
}
