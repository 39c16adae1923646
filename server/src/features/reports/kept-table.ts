import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { MoreThan, type EntityManager } from "typeorm";
import { notFound } from "../../platform/graphql/failures.js";
import type { ReportPeriod } from "./report-question.js";
import { momentsIn, reportTitle, subtitleOf, type ReportCell, type ReportTable } from "./report-table.js";
import { ReportPart, type Report } from "./report.entity.js";

const deflated = promisify(deflateRaw);
const inflated = promisify(inflateRaw);

/** What a report has beside its rows and what its question says. */
export type ReportHead = Pick<ReportTable, "facts" | "note" | "columns" | "picture">;
export const headOf = ({ facts, note, columns, picture }: ReportTable): ReportHead => ({
  facts,
  note,
  columns,
  picture,
});

/** Whether anybody may still have to make it. */
export const isUnfinished = ({ status }: Pick<Report, "status">): boolean =>
  status === "PENDING" || status === "RUNNING";

export function periodOf({ asOf, firstDay, lastDay }: Report): ReportPeriod {
  return asOf === null ? { asOf, days: { first: firstDay ?? "", last: lastDay ?? "" } } : { asOf, days: null };
}

/** What the question alone says. */
export function titlesOf(report: Report): Pick<ReportTable, "title" | "subtitle"> {
  const { kind, language, timeZone } = report;
  const look = { language, momentOf: momentsIn(timeZone) };
  return { title: reportTitle(kind, language), subtitle: subtitleOf(periodOf(report), look) };
}

/** Null: it is not made yet. */
export const readHead = ({ status, head }: Report): ReportHead | null =>
  status === "READY" && head !== null ? (JSON.parse(head) as ReportHead) : null;

/** As much as a part may hold; what is stored is smaller. */
export const PART = { rows: 500, bytes: 60_000 } as const;

export async function partOf(reportId: string, throughRow: number, rows: readonly ReportCell[][]): Promise<ReportPart> {
  return { reportId, throughRow, content: await deflated(JSON.stringify(rows)) };
}

/** Some of a report's rows, and the number of the first one, counted from 0. */
export interface KeptRows {
  from: number;
  rows: ReportCell[][];
}

/** The rows from this one on, part by part. Ends early if the report is deleted meanwhile. */
export async function* keptRows(manager: EntityManager, reportId: string, first: number): AsyncGenerator<KeptRows> {
  for (let next = first; ;) {
    const part = await manager.findOne(ReportPart, {
      where: { reportId, throughRow: MoreThan(next) },
      order: { throughRow: "ASC" },
    });
    if (!part) return;
    const rows = JSON.parse((await inflated(part.content)).toString("utf8")) as ReportCell[][];
    const from = part.throughRow - rows.length;
    yield { from: next, rows: rows.slice(next - from) };
    next = part.throughRow;
  }
}

/** The table of a report that is ready. Its rows throw NOT_FOUND if it is deleted meanwhile: half a report must not pass for one. */
export function keptTable(manager: EntityManager, report: Report): ReportTable | null {
  const head = readHead(report);
  if (head === null) return null;
  async function* rows(): AsyncGenerator<ReportCell[][]> {
    let count = 0;
    for await (const part of keptRows(manager, report.id, 0)) {
      count += part.rows.length;
      yield part.rows;
    }
    if (count !== report.rowTotal) throw notFound("This report was deleted meanwhile.");
  }
  return { ...titlesOf(report), ...head, rows: rows() };
}
