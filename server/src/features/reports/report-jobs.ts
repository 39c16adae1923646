import { randomUUID } from "node:crypto";
import { MINUTE_MS, SECOND_MS } from "@gatehouse/shared";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import type { Log } from "../../platform/log.js";
import { Worker } from "../../platform/worker.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import { lockChain } from "../audit-chain/audit-chain.js";
import { PersonErasure } from "../personal-data/person-erasure.entity.js";
import { SecurityPolicy } from "../security-mode/security-policy.entity.js";
import type { UnitOfWork, Work } from "../work/unit-of-work.js";
import { headOf, isUnfinished, PART, partOf, periodOf, titlesOf } from "./kept-table.js";
import { makeReport } from "./make-report.js";
import type { ReportCell, ReportTable } from "./report-table.js";
import { Report, ReportPart } from "./report.entity.js";

/** The longest that a dead server holds up a report. */
const LEASE_MS = MINUTE_MS;
const POLL_MS = 5 * SECOND_MS;
/** How often the lease is renewed and the progress is told. */
const RENEW_MS = 2 * SECOND_MS;
/** After so many tries something is wrong that another one does not mend. */
const MOST_TRIES = 3;
/** What remains once the log is read. */
const READ_PERCENT = 95;

const r = table(Report, "r");
const p = table(SecurityPolicy, "p");
const x = table(PersonErasure, "x");
const reports = table(Report);
/** The log may still name the person. */
const BEGUN = sql`${x.dueAt} <= ${x.deletedAt}`;
const ERASING = select({ contactId: x.contactId }).from`${x} WHERE ${x.firmId} = ? AND ${BEGUN} LIMIT 1`;
/**
 * Those of disabled firms wait, and so do those of a firm from whose log somebody is being erased: the report would name them.
 */
const DUE = select({ id: r.id, firmId: r.firmId }).from`${r} JOIN ${p} ON ${p.firmId} = ${r.firmId}
  WHERE ${r.status} IN ('PENDING', 'RUNNING') AND ${r.leaseUntil} <= ? AND ${p.firmDisabledAt} IS NULL
  AND NOT EXISTS (SELECT 1 FROM ${x} WHERE ${x.firmId} = ${r.firmId} AND ${BEGUN})
  ORDER BY ${r.requestedAt}, ${r.id} LIMIT 20`;
const HELD = sql`${reports.firmId} = ? AND ${reports.id} = ? AND ${reports.holder} = ?`;
const RENEW = sql`UPDATE ${reports} SET ${reports.leaseUntil} = ?, ${reports.percent} = ? WHERE ${HELD}`;

/** Another server makes the report by now, or its firm or somebody whom it may name was deleted. */
class LeaseLost extends Error {}
/** The server stops. */
class Stopped extends Error {}

/** A report that this server makes. */
interface Job {
  report: Report;
  holder: string;
  percent: number;
  isLost: boolean;
}

/**
 * Makes the reports that were asked for, one at a time on each server. A server holds a report by a lease, which it renews
 * while it works, and writes only while it holds it: one that dies leaves the report to the next, which begins anew.
 */
export class ReportJobs {
  readonly worker: Worker;

  constructor(private readonly needs: { work: Work; auditLog: AuditLog; log: Log; renewMs?: number }) {
    this.worker = new Worker({
      look: () => this.run(),
      onError: (error) => needs.log.error({ err: error }, "reports wait for the next look"),
      everyMs: POLL_MS,
    });
  }

  /** Makes what is due. */
  async run(): Promise<void> {
    for (let job = await this.claim(); job; job = await this.claim()) await this.make(job);
  }

  private async claim(): Promise<Job | null> {
    const { work } = this.needs;
    for (const due of await work.unpreparedRows(DUE, [work.clock.now()])) {
      if (this.worker.stopping.aborted) return null;
      const job = await work.do((unit) => take(unit, due));
      if (job) return job;
    }
    return null;
  }

  private async make(job: Job): Promise<void> {
    const { log, renewMs = RENEW_MS } = this.needs;
    const renewing = setInterval(() => void this.renew(job), renewMs).unref();
    try {
      await this.write(job);
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (!(error instanceof Stopped)) log.error({ err: error, report: job.report.id }, "a report was not made");
      await this.giveBack(job, error instanceof Stopped);
    } finally {
      clearInterval(renewing);
    }
  }

  private async write(job: Job): Promise<void> {
    const { work, auditLog } = this.needs;
    const { report } = job;
    const { firmId, timeZone, kind, throughSeq, language } = report;
    const made = await makeReport(
      { work, log: auditLog },
      {
        firmId,
        timeZone,
        kind,
        period: periodOf(report),
        throughSeq,
        language,
        onRead: (events) => {
          this.mustGoOn(job);
          job.percent = Math.floor((READ_PERCENT * events) / throughSeq);
        },
      },
    );
    let total = 0;
    for await (const rows of inParts(made.rows)) {
      this.mustGoOn(job);
      total += rows.length;
      await this.save(job, rows, total);
    }
    await this.finish(job, made, total);
  }

  private mustGoOn(job: Job): void {
    if (job.isLost) throw new LeaseLost();
    if (this.worker.stopping.aborted) throw new Stopped();
  }

  private async renew(job: Job): Promise<void> {
    const { work, log } = this.needs;
    try {
      const until = work.clock.now() + LEASE_MS;
      job.isLost = (await work.once(RENEW, [until, job.percent, job.report.firmId, job.report.id, job.holder])) === 0;
    } catch (error) {
      // The lease lasts for more tries.
      log.warn({ err: error, report: job.report.id }, "a report's lease was not renewed");
    }
  }

  private async save(job: Job, rows: ReportCell[][], total: number): Promise<void> {
    const part = await partOf(job.report.id, total, rows);
    await this.needs.work.do(async (unit) => {
      await change(unit, job, { leaseUntil: unit.now + LEASE_MS, percent: job.percent });
      await unit.manager.insert(ReportPart, part);
    });
  }

  private finish(job: Job, made: ReportTable, rowTotal: number): Promise<void> {
    const { title, subtitle } = titlesOf(job.report);
    if (made.title !== title || made.subtitle !== subtitle) throw new Error("the report is about something else");
    const head = JSON.stringify(headOf(made));
    return this.needs.work.do((unit) =>
      change(unit, job, {
        status: "READY",
        percent: 100,
        head,
        rowTotal,
        readyAt: unit.now,
        holder: null,
        leaseUntil: 0,
      }),
    );
  }

  /** To the next server at once if this one only stops, otherwise after a while, or to nobody. */
  private async giveBack(job: Job, isStopping: boolean): Promise<void> {
    const { id, firmId, attempts } = job.report;
    await this.needs.work.do(async (unit) => {
      const isFailed = !isStopping && attempts >= MOST_TRIES;
      const held = await unit.manager.update(
        Report,
        { id, firmId, holder: job.holder },
        {
          status: isFailed ? "FAILED" : "PENDING",
          percent: 0,
          holder: null,
          leaseUntil: isStopping ? 0 : unit.now + LEASE_MS,
          attempts: isStopping ? attempts - 1 : attempts,
        },
      );
      if (held.affected === 1) await unit.manager.delete(ReportPart, { reportId: id });
    });
  }
}

/** Takes the report, unless somebody has it, it was tried too often, or somebody is being erased from the log; what a dead server left of it goes. */
async function take(unit: UnitOfWork, due: Pick<Report, "id" | "firmId">): Promise<Job | null> {
  const { manager, now } = unit;
  // A deletion holds the log until its commit: it comes before, and is seen here, or after, and has the report made anew.
  if ((await lockChain(manager, due.firmId)) === null) return null;
  if ((await unit.unpreparedRows(ERASING, [due.firmId])).length > 0) return null;
  const report = await manager.findOne(Report, { where: due, ...forUpdate(manager) });
  if (!report || !isUnfinished(report) || report.leaseUntil > now) return null;
  await manager.delete(ReportPart, { reportId: due.id });
  if (report.attempts >= MOST_TRIES) {
    await manager.update(Report, due, { status: "FAILED", percent: 0, holder: null, leaseUntil: 0 });
    return null;
  }
  const holder = randomUUID();
  const attempts = report.attempts + 1;
  await manager.update(Report, due, { status: "RUNNING", percent: 0, holder, leaseUntil: now + LEASE_MS, attempts });
  return { report: { ...report, attempts }, holder, percent: 0, isLost: false };
}

/** Throws LeaseLost if another server holds the report by now. */
async function change(unit: UnitOfWork, { report, holder }: Job, to: Partial<Report>): Promise<void> {
  const held = await unit.manager.update(Report, { id: report.id, firmId: report.firmId, holder }, to);
  if (held.affected !== 1) throw new LeaseLost();
}

/** The rows in parts that a column holds. */
async function* inParts(chunks: ReportTable["rows"]): AsyncGenerator<ReportCell[][]> {
  let rows: ReportCell[][] = [];
  let bytes = 0;
  for await (const chunk of chunks)
    for (const row of chunk) {
      const size = Buffer.byteLength(JSON.stringify(row));
      if (rows.length === PART.rows || (rows.length > 0 && bytes + size > PART.bytes)) {
        yield rows;
        [rows, bytes] = [[], 0];
      }
      rows.push(row);
      bytes += size;
    }
  if (rows.length > 0) yield rows;
}
