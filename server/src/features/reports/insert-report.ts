import { lifetimes, type Language, type ReportKind } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { periodTold, type ReportPeriod } from "./report-question.js";
import { Report } from "./report.entity.js";

/** A report that somebody, or a month, asks for. */
export interface AskedReport {
  firmId: string;
  kind: ReportKind;
  period: ReportPeriod;
  language: Language;
  timeZone: string;
  /** The state of the log that it is made from. */
  checkpoint: Checkpoint;
  actor: Actor;
  /** YYYY-MM; null: somebody asks. */
  askedByMonth: string | null;
}

/** Asks for a report, which is itself an event: some server makes it from now on. */
export async function insertReport(unit: UnitOfWork, asked: AskedReport): Promise<Report> {
  const { firmId, kind, period, language, timeZone, checkpoint, actor, askedByMonth } = asked;
  const report: Report = {
    id: newId("report", unit.now),
    firmId,
    kind,
    status: "PENDING",
    percent: 0,
    asOf: period.asOf,
    firstDay: period.days?.first ?? null,
    lastDay: period.days?.last ?? null,
    language,
    timeZone,
    requestedAt: unit.now,
    requestedByName: askedByMonth === null ? actor.name : null,
    askedByMonth,
    throughSeq: checkpoint.seq,
    checkpoint: JSON.stringify(checkpoint),
    holder: null,
    leaseUntil: 0,
    attempts: 0,
    head: null,
    rowTotal: null,
    readyAt: null,
    expiresAt: unit.now + lifetimes.report,
  };
  await unit.manager.insert(Report, report);
  unit.record({
    type: "REPORT_REQUESTED",
    firmId,
    actor,
    data: { report: kind, reportId: report.id, seq: checkpoint.seq, ...periodTold(period) },
  });
  return report;
}
