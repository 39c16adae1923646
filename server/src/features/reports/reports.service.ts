import {
  addDays,
  DAY_MS,
  dayOf,
  dayStart,
  REPORT_ACT,
  usableTimeZone,
  type AuditEventData,
  type Language,
  type ReportKind,
} from "@gatehouse/shared";
import { badInput } from "../../platform/graphql/failures.js";
import type { ExportAccess } from "../audit-export/export-access.js";
import { asCsv, BYTE_ORDER_MARK } from "../audit-export/csv-rows.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { FirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { mailLookOf } from "../mail/mail-look.js";
import type { Work } from "../work/unit-of-work.js";
import { accessReport } from "./access-report.js";
import { adoptionReport } from "./adoption-report.js";
import { writePdf, type Paper } from "./report-pdf.js";
import {
  accessTable,
  adoptionTable,
  changesTable,
  securityChangeTypes,
  type ReportCell,
  type ReportTable,
} from "./report-table.js";

/** What a report is asked about. */
export interface ReportQuestion {
  /** Of "access"; null: now. */
  asOf: number | null;
  /** Of the others: days of the firm's zone, both included; null: the last thirty. */
  since: string | null;
  until: string | null;
  language: Language;
  /** Null: by the firm's time zone. */
  paper: Paper | null;
}

const DAYS_UNASKED = 30;
const MOST_DAYS = 400;

/** North America prints on Letter, the rest of the world on A4. */
const paperOf = (timeZone: string): Paper => (/^(America|US|Canada)\//.test(timeZone) ? "LETTER" : "A4");

/** Makes reports of a firm's log, as files. */
export class Reports {
  constructor(
    private readonly needs: {
      work: Work;
      log: AuditLog;
      checkpoints: Checkpoints;
      exportAccess: ExportAccess;
      /** The directory of the fonts of PDFs; null: none are asked for. */
      fonts: string | null;
    },
  ) {}

  /**
   * Starts a report as a file, which is itself an event. Throws UNAUTHENTICATED, FORBIDDEN or BAD_USER_INPUT; the first two
   * also while the file is written.
   */
  async begin(
    kind: ReportKind,
    file: "csv" | "pdf",
    question: ReportQuestion,
    context: RequestContext,
  ): Promise<AsyncIterable<string | Uint8Array>> {
    const { work, checkpoints, exportAccess, fonts } = this.needs;
    const caller = await exportAccess.mayExport(context, REPORT_ACT);
    const { firmId } = caller;
    const policy = await loadPolicy(work.reader, firmId);
    const firm = { firmId, name: policy.firmName, timeZone: usableTimeZone(policy.timeZone) };
    const about = this.about(kind, question, firm.timeZone);
    const checkpoint = await checkpoints.state(firmId);
    await this.record(context, firmId, { report: kind, file, seq: checkpoint.seq, ...about.told });
    const momentOf = momentsIn(firm.timeZone);
    const table = await this.tableOf(kind, firm, about, checkpoint, { language: question.language, momentOf });
    const checked: ReportTable = { ...table, rows: this.whileAllowed(caller, table.rows) };
    if (file === "csv" || fonts === null) return csvOf(checked);
    return writePdf(checked, {
      fonts,
      firmName: firm.name,
      look: await mailLookOf(work, firmId),
      language: question.language,
      paper: question.paper ?? paperOf(firm.timeZone),
      checkpoint,
      momentOf,
    });
  }

  private record(context: RequestContext, firmId: string, data: AuditEventData["REPORT_EXPORTED"]): Promise<void> {
    const actor = actorIn(context);
    return this.needs.work.do(async (unit) => unit.record({ type: "REPORT_EXPORTED", firmId, actor, data }));
  }

  private about(kind: ReportKind, { asOf, since, until }: ReportQuestion, timeZone: string) {
    const now = this.needs.work.clock.now();
    if (kind === "access") {
      if (since !== null || until !== null) throw badInput("This report is as of a moment: give asOf alone.");
      if (asOf !== null && asOf > now) throw badInput("asOf is in the future.");
      const at = asOf ?? now;
      return { asOf: at, first: "", last: "", days: 0, told: { asOf: new Date(at).toISOString() } };
    }
    if (asOf !== null) throw badInput("This report is about days: give since and until.");
    const last = until ?? dayOf(now, timeZone);
    const first = since ?? addDays(last, 1 - DAYS_UNASKED);
    const days = (Date.parse(last) - Date.parse(first)) / DAY_MS + 1;
    if (!(days >= 1 && days <= MOST_DAYS)) throw badInput(`Ask for 1 to ${MOST_DAYS} days, since before until.`);
    return { asOf: 0, first, last, days, told: { since: first, until: last } };
  }

  private async tableOf(
    kind: ReportKind,
    { firmId, timeZone }: { firmId: string; timeZone: string },
    { asOf, first, last, days }: { asOf: number; first: string; last: string; days: number },
    { seq: throughSeq }: Checkpoint,
    look: { language: Language; momentOf: (at: number) => string },
  ): Promise<ReportTable> {
    const { work, log } = this.needs;
    switch (kind) {
      case "access":
        return accessTable(await accessReport(work, firmId, { asOf, throughSeq }), look);
      case "adoption":
        return adoptionTable(await adoptionReport(work, { firmId, timeZone }, { first, days, throughSeq }), look);
      case "changes": {
        const types = [...securityChangeTypes];
        const until = dayStart(addDays(last, 1), timeZone);
        const events = log.all(firmId, { types, since: dayStart(first, timeZone), until });
        return changesTable(events, { since: first, until: last, throughSeq }, look);
      }
    }
  }

  private async *whileAllowed(caller: FirmCaller, rows: ReportTable["rows"]): AsyncGenerator<ReportCell[][]> {
    for await (const chunk of rows) {
      await this.needs.exportAccess.mustStillExport(caller);
      yield chunk;
    }
  }
}

/** "2026-11-30 12:00" in the zone: short, and the same in every language. */
function momentsIn(timeZone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  return (at) => `${format.format(at)} ${timeZone}`;
}

async function* csvOf({ columns, rows }: ReportTable): AsyncGenerator<string> {
  const textOf = (cell: ReportCell) =>
    cell === null ? null : typeof cell === "object" ? new Date(cell.at).toISOString() : String(cell);
  yield BYTE_ORDER_MARK + asCsv([columns.map(({ title }) => title)]);
  for await (const chunk of rows) yield asCsv(chunk.map((row) => row.map(textOf)));
}
