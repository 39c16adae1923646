import { z } from "zod";
import { isDay, languages, reportKinds, type Language, type ReportKind } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { badInput } from "../../platform/graphql/failures.js";
import { CSV_TYPE, type ExportedFile } from "../audit-export/audit-export.http.js";
import type { KeptReports } from "./kept-reports.service.js";
import type { ReportQuestion, Reports } from "./reports.service.js";

export const PDF_TYPE = "application/pdf";

const day = z.string().refine(isDay);
const paperSize = z.enum(["A4", "LETTER"]).optional();
const Query = z.strictObject({
  asOf: z
    .string()
    .transform((text) => DateTime.parseValue(text))
    .optional(),
  since: day.optional(),
  until: day.optional(),
  language: z.enum(Object.keys(languages) as [Language, ...Language[]]).optional(),
  paper: paperSize,
});

/** An unknown parameter is refused, so that nobody takes one report for another. */
function questionIn(parameters: URLSearchParams): ReportQuestion {
  const given = Object.fromEntries(parameters);
  const read = Query.safeParse(given);
  if (!read.success || parameters.size !== Object.keys(given).length)
    throw badInput(`Ask by ${Object.keys(Query.shape).join(", ")}, each once; days are like 2026-01-31.`);
  const { asOf, since, until, language, paper } = read.data;
  return {
    asOf: asOf === undefined ? null : Number(asOf),
    since: since ?? null,
    until: until ?? null,
    language: language ?? "EN",
    paper: paper ?? null,
  };
}

/** `GET /reports/<kind>.csv` and `.pdf`: asked for like the audit log (audit-export.http.ts), and by the same callers. */
export const reportFiles = (reports: Reports): ExportedFile[] =>
  (Object.keys(reportKinds) as ReportKind[]).flatMap((kind) =>
    (["csv", "pdf"] as const).map((file) => ({
      name: `${kind}.${file}`,
      contentType: file === "csv" ? CSV_TYPE : PDF_TYPE,
      begin: (query, context) => reports.begin(kind, file, questionIn(query), context),
    })),
  );

const PaperQuery = z.strictObject({ paper: paperSize });
const KEPT = /^\/reports\/(rpt_[0-9a-z]{25})\.(?:csv|pdf)$/;

/** `GET /reports/<id>.csv` and `.pdf`: a report that is kept, asked for in the same way. `null`: the path names none. */
export function keptReportFile(reports: KeptReports, file: "csv" | "pdf", path: string): ExportedFile | null {
  const id = KEPT.exec(path)?.[1];
  if (id === undefined) return null;
  return {
    name: `${id}.${file}`,
    contentType: file === "csv" ? CSV_TYPE : PDF_TYPE,
    begin: (parameters, context) => {
      const read = PaperQuery.safeParse(Object.fromEntries(parameters));
      if (!read.success || parameters.size > 1) throw badInput("This file has no parameter but paper: A4 or LETTER.");
      return reports.begin({ id, file, paper: read.data.paper ?? null }, context);
    },
  };
}
