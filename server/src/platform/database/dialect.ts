import type { PoolConnection, ResultSetHeader } from "mysql2";
import type { DataSource, EntityManager, QueryRunner } from "typeorm";
import { NOTHING, sql, type Column, type Sql } from "./sql.js";

/** The only place that knows which database it is. Everything else writes SQL that both understand. */
export type Dialect = "sqlite" | "mysql";

export const dialectOf = (source: DataSource | EntityManager): Dialect =>
  ("connection" in source ? source.connection : source).options.type === "better-sqlite3" ? "sqlite" : "mysql";

/** The lock option of a find: nobody else changes the rows until the commit. SQLite's writers are serial anyway. */
export const forUpdate = (manager: EntityManager) =>
  dialectOf(manager) === "mysql" ? ({ lock: { mode: "pessimistic_write" } } as const) : {};
const FOR_UPDATE = sql` FOR UPDATE`;
const LOCK_IN_SHARE_MODE = sql` LOCK IN SHARE MODE`;
/** The same at the end of a SELECT in SQL. */
export const changing = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? FOR_UPDATE : NOTHING;
/** As `changing`, but others may hold the same lock: whoever wants to change the rows waits for all of them. */
export const sharing = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? LOCK_IN_SHARE_MODE : NOTHING;

interface DriverError {
  code?: string;
  errno?: number;
  errcode?: number;
  message?: string;
}
const driverErrorOf = (error: unknown): DriverError => {
  const { driverError } = (error ?? {}) as { driverError?: DriverError };
  return driverError ?? (error as DriverError) ?? {};
};

/** A row with the same unique key exists. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode, message } = driverErrorOf(error);
  return (
    code === "ER_DUP_ENTRY" || errcode === 2067 || errcode === 1555 || /UNIQUE constraint failed/.test(message ?? "")
  );
}

/** The transaction lost to another one and may simply be run again. */
export function isRetryable(error: unknown): boolean {
  const { code, errcode } = driverErrorOf(error);
  return (
    code === "ER_LOCK_DEADLOCK" ||
    code === "ER_LOCK_WAIT_TIMEOUT" ||
    code === "ER_CHECKREAD" || // MariaDB: the record changed since it was read
    errcode === 5 // SQLITE_BUSY: another process writes
  );
}

/**
 * Runs one UPDATE or DELETE and says how many rows it hit: what "spend once" and "count once" are judged by.
 * `?` placeholders; on MySQL the count is of matched rows, so a no-op update counts too.
 */
export async function affectedRows(manager: EntityManager, statement: Sql, parameters: unknown[]): Promise<number> {
  const text = statement.sqlText;
  if (!manager.queryRunner) throw new Error("a conditional write belongs in a transaction");
  if (dialectOf(manager) === "sqlite") return (await manager.queryRunner.query(text, parameters, true)).affected ?? 0;
  return (await execute<ResultSetHeader>(manager.queryRunner, text, parameters)).affectedRows;
}

/** Runs a statement that each of MySQL's connections prepares once. */
export async function execute<T>(runner: QueryRunner, text: string, parameters: readonly unknown[]): Promise<T> {
  const connection = (await runner.connect()) as PoolConnection;
  return new Promise((resolve, reject) => {
    connection.execute(text, [...parameters] as string[], (error, result) => {
      if (error) reject(error);
      else resolve(result as T);
    });
  });
}

/** Adds to the counter in one row, and answers what it is then; null where there is no such row. */
export async function countUp(
  manager: EntityManager,
  { of, counter, by, where, value }: { of: Sql; counter: Column<number>; by: number; where: Sql; value: string },
): Promise<number | null> {
  if (!manager.queryRunner) throw new Error("a counter is moved in a transaction");
  if (dialectOf(manager) === "sqlite") {
    const counting = sql`UPDATE ${of} SET ${counter} = ${counter} + ? WHERE ${where} = ? RETURNING ${counter.as("counted")}`;
    const [row] = (await manager.queryRunner.query(counting.sqlText, [by, value])) as { counted: number }[];
    return row?.counted ?? null;
  }
  // The server tells what it was given by LAST_INSERT_ID together with the count of rows.
  const { sqlText } = sql`UPDATE ${of} SET ${counter} = LAST_INSERT_ID(${counter} + ?) WHERE ${where} = ?`;
  const { affectedRows: rows, insertId } = await execute<ResultSetHeader>(manager.queryRunner, sqlText, [by, value]);
  return rows === 1 ? insertId : null;
}

/** A statement that inserts, unless the row is there already. */
export const insertIgnore = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? sql`INSERT IGNORE INTO` : sql`INSERT OR IGNORE INTO`;

/** A read that the database ends after so long, which isOutOfTime tells. SQLite reads in the process itself and ends nothing. */
export function limited(source: DataSource | EntityManager, text: string, limitMs: number): string {
  switch (("connection" in source ? source.connection : source).options.type) {
    case "mariadb":
      return `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR ${text}`;
    case "mysql":
      return text.replace(/\bSELECT\b/, `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */`);
    default:
      return text;
  }
}
/** MariaDB says 1969. MySQL says 3024, or 1317 (interrupted) where it was counting whole tables. */
const OUT_OF_TIME: readonly unknown[] = [1969, 3024, 1317];
export const isOutOfTime = (error: unknown): boolean => OUT_OF_TIME.includes(driverErrorOf(error).errno);

/** A join that is made in the order it is written in. */
export const inOrder = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? sql`STRAIGHT_JOIN` : sql`CROSS JOIN`;

/** The index to read a table by, where MySQL's optimiser would sort the whole firm rather than read a page in order. */
export const byIndex = (source: DataSource | EntityManager, index: Sql): Sql =>
  dialectOf(source) === "mysql" ? sql`FORCE INDEX (${index})` : sql`INDEXED BY ${index}`;
