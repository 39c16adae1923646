import { In, MoreThan } from "typeorm";
import { LRUCache } from "lru-cache";
import {
  counts,
  REPORT_ACT,
  REPORT_VIEWED_EVERY,
  reportKindOf,
  usableTimeZone,
  type AuditEventData,
} from "@gatehouse/shared";
import { isId } from "../../platform/crypto/ids.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { select, table } from "../../platform/database/sql.js";
import { badInput, notFound, Refusal } from "../../platform/graphql/failures.js";
import { encodeCursor, keyset, pageOf, readPage } from "../../platform/graphql/pages.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import type { ExportAccess } from "../audit-export/export-access.js";
import { asFirmCaller, writerOf } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { Firm } from "../firms/firm.entity.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { mailLookOf } from "../mail/mail-look.js";
import type { Work } from "../work/unit-of-work.js";
import { insertReport } from "./insert-report.js";
import { keptRows, keptTable, periodOf } from "./kept-table.js";
import { writePdf, type Paper } from "./report-pdf.js";
import { periodTold, readPeriod } from "./report-question.js";
import { momentsIn, type ReportCell } from "./report-table.js";
import { Report } from "./report.entity.js";
import type { ForwardPageArgs, RequestReportInput } from "./report.inputs.js";
import { ReportConnection, ReportRowConnection, type ReportRow, type ReportView } from "./report.results.js";
import { reportView } from "./report-view.js";
import { csvOf, paperOf, whileAllowed } from "./reports.service.js";

const r = table(Report, "r");
const REPORTS = select({ ...r }).from`${r} WHERE ${r.firmId} = ? AND ${r.expiresAt} > ? AND `;
const KIND = "reports";
const newestFirst = keyset([
  { by: r.requestedAt, isDescending: true },
  { by: r.id, isDescending: true },
]);
const ROWS = "reportRows";
const e = table(AuditEvent);
const FETCHED_LATELY = select({ data: e.data }).from`${e}
  WHERE ${e.firmId} = ? AND ${e.type} = 'REPORT_EXPORTED' AND ${e.occurredAt} > ? AND ${e.actorId} = ?`;
const MOST_VIEWED = 10_000;

/** Reports that are made in the background and kept for a month. */
export class KeptReports {
  /** When each viewer's last look at a report's rows was recorded. */
  private readonly looks = new LRUCache<string, number>({ max: MOST_VIEWED });

  constructor(
    private readonly needs: {
      work: Work;
      checkpoints: Checkpoints;
      exportAccess: ExportAccess;
      /** The directory of the fonts of PDFs; null: none are asked for. */
      fonts: string | null;
      wakeJobs(): void;
    },
  ) {}

  /**
   * Asks for a report on the log as it is now. Refuses with INVALID_INPUT what no report is about, and with TOO_MANY_REQUESTS
   * while too many of the firm are unfinished.
   */
  async request(input: RequestReportInput, context: RequestContext): Promise<Report> {
    const { work, checkpoints, wakeJobs } = this.needs;
    const { firmId } = asFirmCaller(context.caller);
    const kind = reportKindOf(input.kind);
    const timeZone = usableTimeZone((await loadPolicy(work.reader, firmId)).timeZone);
    const { asOf = null, since = null, until = null } = input;
    const period = readPeriod(kind, { asOf, since, until }, { now: work.clock.now(), timeZone });
    if ("problem" in period) throw new Refusal("INVALID_INPUT", ["input", period.field], period.problem);
    // Sealing what waits, and storing a new key, are no parts of this act.
    const checkpoint = await work.outsideGuards(() => checkpoints.state(firmId));
    return work.do(async (unit) => {
      // Whoever asks at the same moment waits here to be counted.
      await unit.manager.findOneOrFail(Firm, { where: { id: firmId }, ...forUpdate(unit.manager) });
      const unfinished = await unit.manager.countBy(Report, {
        firmId,
        status: In(["PENDING", "RUNNING"]),
        expiresAt: MoreThan(unit.now),
      });
      if (unfinished >= counts.unfinishedReports)
        throw new Refusal(
          "TOO_MANY_REQUESTS",
          ["input"],
          `${unfinished} reports of your firm are not finished yet. Ask again when one of them is.`,
        );
      unit.afterCommit(() => work.outsideGuards(wakeJobs));
      const [actor, language] = [actorIn(context), input.language ?? "EN"];
      return insertReport(unit, { firmId, kind, period, language, timeZone, checkpoint, actor, askedByMonth: null });
    });
  }

  async page(firmId: string, args: ForwardPageArgs): Promise<ReportConnection> {
    const page = readPage(args, KIND, 2);
    const keys = newestFirst(page);
    const { work } = this.needs;
    const rows = await work.rows(REPORTS.plus`${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.rows}`, [
      firmId,
      work.clock.now(),
      ...keys.parameters,
    ]);
    const { nodes, pageInfo } = pageOf(rows, page, KIND, ({ requestedAt, id }) => [requestedAt, id], reportView);
    return Object.assign(new ReportConnection(), { nodes, pageInfo });
  }

  /** Null for any other text, also for another firm's report, and for one whose time is over: the sweep comes later. */
  async find(firmId: string, id: string): Promise<Report | null> {
    const { reader, clock } = this.needs.work;
    return isId("report", id) ? reader.findOneBy(Report, { firmId, id, expiresAt: MoreThan(clock.now()) }) : null;
  }

  /** A page of a report's rows. Looking at them is an event. Throws BAD_USER_INPUT. */
  async rows(
    { id, firmId }: Pick<ReportView, "id" | "firmId">,
    args: ForwardPageArgs,
    context: RequestContext,
  ): Promise<ReportRowConnection> {
    const { limit, after } = readPage(args, ROWS, 2);
    const [of, behind] = after ?? [id, 0];
    if (of !== id || typeof behind !== "number" || behind < 0) throw badInput("This cursor is of another report.");
    const report = await this.find(firmId, id);
    const { work } = this.needs;
    const read: ReportCell[][] = [];
    if (report?.status === "READY")
      for await (const { rows } of keptRows(work.reader, id, behind)) {
        read.push(...rows);
        if (read.length > limit) break;
      }
    const nodes = report ? read.slice(0, limit).map((cells) => rowOf(cells, report)) : [];
    if (report && nodes.length > 0) await this.recordLook(report, context);
    const cursor = (count: number) => encodeCursor(ROWS, [id, behind + count]);
    const pageInfo = {
      hasNextPage: read.length > limit,
      hasPreviousPage: behind > 0,
      startCursor: nodes.length === 0 ? null : cursor(1),
      endCursor: nodes.length === 0 ? null : cursor(nodes.length),
    };
    return Object.assign(new ReportRowConnection(), { nodes, pageInfo });
  }

  /**
   * Starts a report that is kept as a file, which is itself an event. Throws UNAUTHENTICATED and FORBIDDEN, also while the
   * file is written, and NOT_FOUND for one that is not ready, or is no longer kept.
   */
  async begin(
    { id, file, paper }: { id: string; file: "csv" | "pdf"; paper: Paper | null },
    context: RequestContext,
  ): Promise<AsyncIterable<string | Uint8Array>> {
    const { work, exportAccess, fonts } = this.needs;
    const caller = await exportAccess.mayExport(context, REPORT_ACT);
    const { firmId } = caller;
    const report = await this.find(firmId, id);
    const made = report && keptTable(work.reader, report);
    if (!report || !made) throw notFound("There is no such report, or it is not ready yet.");
    const actor = actorIn(context);
    await work.do(async (unit) => unit.record({ type: "REPORT_EXPORTED", firmId, actor, data: fetchOf(report, file) }));
    const checked = { ...made, rows: whileAllowed(exportAccess, caller, made.rows) };
    if (file === "csv" || fonts === null) return csvOf(checked);
    const { firmName } = await loadPolicy(work.reader, firmId);
    return writePdf(checked, {
      fonts,
      firmName,
      look: await mailLookOf(work, firmId),
      language: report.language,
      paper: paper ?? paperOf(report.timeZone),
      checkpoint: JSON.parse(report.checkpoint) as Checkpoint,
      momentOf: momentsIn(report.timeZone),
    });
  }

  /** Once in ten minutes for each viewer and report, before the rows are shown. */
  private async recordLook(report: Report, context: RequestContext): Promise<void> {
    const { work } = this.needs;
    const { firmId, id } = report;
    const actor = actorIn(context);
    const key = `${actor.id} ${id}`;
    const now = work.clock.now();
    if ((this.looks.get(key) ?? -Infinity) + REPORT_VIEWED_EVERY > now) return;
    // Noted before the log is written, so that two requests at once do not both write it.
    this.looks.set(key, now);
    try {
      const write = () =>
        work.do(async (unit) => {
          // Another server, or this one before it was restarted.
          const lately = await unit.unpreparedRows(FETCHED_LATELY, [firmId, now - REPORT_VIEWED_EVERY, actor.id]);
          const isKnown = lately
            .map(({ data }) => JSON.parse(data) as Partial<AuditEventData["REPORT_EXPORTED"]>)
            .some(({ reportId, file }) => reportId === id && file === "page");
          if (!isKnown) unit.record({ type: "REPORT_EXPORTED", firmId, actor, data: fetchOf(report, "page") });
        });
      const writer = writerOf(context.caller, context.source);
      await work.outsideGuards(() => work.guarded({ writer }, write));
    } catch (error) {
      this.looks.delete(key);
      throw error;
    }
  }
}

const fetchOf = (report: Report, file: "csv" | "pdf" | "page"): AuditEventData["REPORT_EXPORTED"] => ({
  report: report.kind,
  file,
  reportId: report.id,
  seq: report.throughSeq,
  ...periodTold(periodOf(report)),
});

function rowOf(cells: readonly ReportCell[], { timeZone }: Report): ReportRow {
  const momentOf = momentsIn(timeZone);
  const textOf = (cell: ReportCell) =>
    cell === null ? null : typeof cell === "object" ? momentOf(cell.at) : `${cell}`;
  return { cells: cells.map(textOf) };
}
