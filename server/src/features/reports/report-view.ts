import { reportKindName } from "@gatehouse/shared";
import type { Checkpoint } from "../audit-chain/checkpoint.js";
import { readHead, titlesOf } from "./kept-table.js";
import type { Report } from "./report.entity.js";
import { ReportView, type ReportPicture } from "./report.results.js";
import type { ReportTable } from "./report-table.js";

/** A report as the API shows it. */
export function reportView(report: Report): ReportView {
  const { id, firmId, kind, status, asOf, firstDay, lastDay, language, requestedAt, readyAt, expiresAt } = report;
  const head = readHead(report);
  const { seq, digest, signedAt, keyId, signature } = JSON.parse(report.checkpoint) as Checkpoint;
  return Object.assign(new ReportView(), {
    id,
    firmId,
    kind: reportKindName(kind),
    status,
    progress: report.percent,
    asOf,
    since: firstDay,
    until: lastDay,
    language,
    requestedAt,
    requestedBy: report.requestedByName,
    readyAt,
    expiresAt,
    ...titlesOf(report),
    note: head?.note ?? null,
    facts: (head?.facts ?? []).map(([label, value]) => ({ label, value })),
    columns: (head?.columns ?? []).map(({ title }) => title),
    rowCount: head === null ? null : report.rowTotal,
    picture: pictureOf(head?.picture ?? null),
    checkpoint: { seq, digest, signedAt: Date.parse(signedAt), keyId, signature },
  });
}

function pictureOf(picture: ReportTable["picture"]): ReportPicture | null {
  if (picture === null) return null;
  if ("shares" in picture) return { shares: picture.shares.map(([label, count]) => ({ label, count })), lines: [] };
  return { shares: [], lines: picture.lines.map(([label, counts]) => ({ label, counts })) };
}
