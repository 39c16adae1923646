import { usableTimeZone, type AuditEventData, type Language, REPORT_ACT, type ReportKind } from "@gatehouse/shared";
import { badInput } from "../../platform/graphql/failures.js";
import type { ExportAccess } from "../audit-export/export-access.js";
import { asCsv, BYTE_ORDER_MARK } from "../audit-export/csv-rows.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { FirmCaller } from "../callers/caller.js";
import { actorIn, type RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import { loadPolicy } from "../firms/security-policy.reader.js";
import { mailLookOf } from "../mail/mail-look.js";
import type { Work } from "../work/unit-of-work.js";
import { makeReport } from "./make-report.js";
import { writePdf, type Paper } from "./report-pdf.js";
import { periodTold, readPeriod, type AskedPeriod } from "./report-question.js";
import { momentsIn, type ReportCell, type ReportTable } from "./report-table.js";

/** What a report is asked about. */
export interface ReportQuestion extends AskedPeriod {
  language: Language;
  /** Null: by the firm's time zone. */
  paper: Paper | null;
}

/** North America prints on Letter, the rest of the world on A4. */
export const paperOf = (timeZone: string): Paper => (/^(America|US|Canada)\//.test(timeZone) ? "LETTER" : "A4");

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
    const { timeZone } = firm;
    const period = readPeriod(kind, question, { now: work.clock.now(), timeZone });
    if ("problem" in period) throw badInput(period.problem);
    const checkpoint = await checkpoints.state(firmId);
    await this.record(context, firmId, { report: kind, file, seq: checkpoint.seq, ...periodTold(period) });
    const { language } = question;
    const toMake = { firmId, timeZone, kind, period, throughSeq: checkpoint.seq, language };
    const table = await makeReport(this.needs, toMake);
    const checked: ReportTable = { ...table, rows: whileAllowed(exportAccess, caller, table.rows) };
    if (file === "csv" || fonts === null) return csvOf(checked);
    return writePdf(checked, {
      fonts,
      firmName: firm.name,
      look: await mailLookOf(work, firmId),
      language,
      paper: question.paper ?? paperOf(timeZone),
      checkpoint,
      momentOf: momentsIn(timeZone),
    });
  }

  private record(context: RequestContext, firmId: string, data: AuditEventData["REPORT_EXPORTED"]): Promise<void> {
    const actor = actorIn(context);
    return this.needs.work.do(async (unit) => unit.record({ type: "REPORT_EXPORTED", firmId, actor, data }));
  }
}

/** The rows, as long as the caller may export. */
export async function* whileAllowed(
  exportAccess: ExportAccess,
  caller: FirmCaller,
  rows: ReportTable["rows"],
): AsyncGenerator<ReportCell[][]> {
  for await (const chunk of rows) {
    await exportAccess.mustStillExport(caller);
    yield chunk;
  }
}

/** The table as a CSV with moments in UTC, in pieces. */
export async function* csvOf({ columns, rows }: ReportTable): AsyncGenerator<string> {
  const textOf = (cell: ReportCell) =>
    cell === null ? null : typeof cell === "object" ? new Date(cell.at).toISOString() : String(cell);
  yield BYTE_ORDER_MARK + asCsv([columns.map(({ title }) => title)]);
  for await (const chunk of rows) yield asCsv(chunk.map((row) => row.map(textOf)));
}
