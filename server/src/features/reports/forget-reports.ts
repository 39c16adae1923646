import { reportKinds, type ReportKind } from "@gatehouse/shared";
import { computed, placeholders, select, sql, table } from "../../platform/database/sql.js";
import type { Reads } from "../../platform/database/reads.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { Report, ReportPart } from "./report.entity.js";

/** The kinds whose rows name clients. */
const naming = (Object.keys(reportKinds) as ReportKind[]).filter((kind) => reportKinds[kind].namesClients);
const reports = table(Report);
const parts = table(ReportPart);
const NAMING = sql`${reports.firmId} = ? AND ${reports.kind} IN (${placeholders(naming.length)})`;
/** Of those that a month asked for, the next mail tells; whoever asked for another one may ask again. */
const READY = sql`${NAMING} AND ${reports.status} = 'READY' AND ${reports.askedByMonth} IS NULL`;
const BEGUN = sql`${NAMING} AND ${reports.status} IN ('RUNNING', 'READY')`;
const COUNT = select({ n: computed<number>(sql`COUNT(*)`) }).from`${reports} WHERE ${READY}`;
const FORGET = sql`DELETE FROM ${reports} WHERE ${READY}`;
const FORGET_ROWS = sql`DELETE FROM ${parts} WHERE ${parts.reportId} IN (SELECT ${reports.id} FROM ${reports} WHERE ${BEGUN})`;
const MAKE_ANEW = sql`UPDATE ${reports} SET ${reports.status} = 'PENDING', ${reports.percent} = 0, ${reports.holder} = NULL,
  ${reports.leaseUntil} = 0, ${reports.attempts} = 0, ${reports.head} = NULL, ${reports.rowTotal} = NULL, ${reports.readyAt} = NULL WHERE ${BEGUN}`;

/** How many kept reports of the firm are deleted with a client, whichever: those that may name one. */
export async function reportsNamingClients(reads: Pick<Reads, "rows">, firmId: string): Promise<number> {
  return (await reads.rows(COUNT, [firmId, ...naming]))[0]?.n ?? 0;
}

/**
 * Deletes the firm's kept reports that may name a client: a client is deleted, and it is not known which of them do. Those
 * that are being made are made anew, from a log without the client, and so are the monthly ones. Returns how many were deleted.
 */
export async function forgetReports(unit: UnitOfWork, firmId: string): Promise<number> {
  const deleted = await unit.affected(FORGET, [firmId, ...naming]);
  await makeReportsAnew(unit, firmId);
  return deleted;
}

/** Has reports that may name a client made anew: those that were made while the log still did. */
export async function makeReportsAnew(unit: UnitOfWork, firmId: string): Promise<void> {
  await unit.affected(FORGET_ROWS, [firmId, ...naming]);
  await unit.affected(MAKE_ANEW, [firmId, ...naming]);
}
