import type { PoolConnection, ResultSetHeader } from "mysql2";
import type { DataSource, EntityManager, QueryRunner } from "typeorm";
import { sqliteCodeOf, sqliteCodes } from "./sqlite-driver.js";
import { NOTHING, sql, type Sql } from "./sql.js";

/** This file alone distinguishes the databases. All other SQL runs on both. */
export type Dialect = "sqlite" | "mysql";

/** What says which database it is: a DataSource does. */
export interface Flavour {
  readonly options: { readonly type: DataSource["options"]["type"] };
}

export const dialectOf = (source: Flavour | EntityManager): Dialect =>
  ("connection" in source ? source.connection : source).options.type === "better-sqlite3" ? "sqlite" : "mysql";

/**
 * The lock option of a find: nobody else can change the rows until the commit. SQLite needs none, since its writers run
 * one at a time.
 */
export const forUpdate = (manager: EntityManager) =>
  dialectOf(manager) === "mysql" ? ({ lock: { mode: "pessimistic_write" } } as const) : {};
const FOR_UPDATE = sql` FOR UPDATE`;
const LOCK_IN_SHARE_MODE = sql` LOCK IN SHARE MODE`;
/** The same lock, as text to append to a SELECT. */
export const forUpdateSql = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? FOR_UPDATE : NOTHING;
/** As `forUpdateSql`, but others may hold the same lock. A writer waits for all of them. */
export const forShareSql = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? LOCK_IN_SHARE_MODE : NOTHING;

interface DriverError {
  code?: string;
  errno?: number;
  errcode?: number;
  message?: string;
  fatal?: boolean;
}
/** The driver's error, which TypeORM wraps. */
export const driverErrorOf = (error: unknown): DriverError => {
  const { driverError } = (error ?? {}) as { driverError?: DriverError };
  return driverError ?? (error as DriverError) ?? {};
};

/** Whether the write failed because a row with the same unique key exists. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode, message } = driverErrorOf(error);
  return (
    code === "ER_DUP_ENTRY" || errcode === 2067 || errcode === 1555 || /UNIQUE constraint failed/.test(message ?? "")
  );
}

/** Whether the transaction lost to another one and can be retried as it is. */
export function isRetryable(error: unknown): boolean {
  const driverError = driverErrorOf(error);
  const { code } = driverError;
  return (
    code === "ER_LOCK_DEADLOCK" ||
    code === "ER_LOCK_WAIT_TIMEOUT" ||
    code === "ER_CHECKREAD" || // MariaDB: the record has changed since it was read
    sqliteCodeOf(driverError) === sqliteCodes.busy // another process writes, or has written since this one read
  );
}

/**
 * Runs one UPDATE or DELETE and returns the number of rows it matched, by which callers decide "spend once" and "count
 * once". On MySQL an update that changes nothing counts as well.
 */
export async function affectedRows(manager: EntityManager, statement: Sql, parameters: unknown[]): Promise<number> {
  const text = statement.sqlText;
  if (!manager.queryRunner) throw new Error("a conditional write must run in a transaction");
  if (dialectOf(manager) === "sqlite") return (await manager.queryRunner.query(text, parameters, true)).affected ?? 0;
  return (await execute<ResultSetHeader>(manager.queryRunner, text, parameters)).affectedRows;
}

/** Runs a statement that each MySQL connection prepares once. */
export async function execute<T>(runner: QueryRunner, text: string, parameters: readonly unknown[]): Promise<T> {
  const connection = (await runner.connect()) as PoolConnection;
  return new Promise((resolve, reject) => {
    connection.execute(text, [...parameters] as string[], (error, result) => {
      if (error) reject(error);
      else resolve(result as T);
    });
  });
}

/** Deletes at most `most` of the rows. SQLite has no LIMIT there. */
export const deleteSome = (source: DataSource | EntityManager, from: Sql, where: Sql, most: number): Sql =>
  dialectOf(source) === "mysql"
    ? sql`DELETE FROM ${from} WHERE ${where} LIMIT ${most}`
    : sql`DELETE FROM ${from} WHERE rowid IN (SELECT rowid FROM ${from} WHERE ${where} LIMIT ${most})`;

/** How an INSERT begins that skips rows that already exist. */
export const insertIgnore = (source: DataSource | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? sql`INSERT IGNORE INTO` : sql`INSERT OR IGNORE INTO`;

/**
 * Limits how long the database may work on a read; `isOutOfTime` recognizes the error. SQLite has no such limit, since
 * it reads within the process.
 */
export function withTimeLimit(source: Flavour | EntityManager, text: string, limitMs: number): string {
  switch (("connection" in source ? source.connection : source).options.type) {
    case "mariadb":
      return `SET STATEMENT max_statement_time = ${limitMs / 1000} FOR ${text}`;
    case "mysql":
      return text.replace(/\bSELECT\b/, `SELECT /*+ MAX_EXECUTION_TIME(${limitMs}) */`);
    default:
      return text;
  }
}
/** MariaDB reports 1969; MySQL reports 3024, or 1317 (interrupted) while it counts whole tables. */
const OUT_OF_TIME: readonly unknown[] = [1969, 3024, 1317];
export const isOutOfTime = (error: unknown): boolean => OUT_OF_TIME.includes(driverErrorOf(error).errno);

/** A join performed in the order in which it is written. */
export const joinInOrderSql = (source: Flavour | EntityManager): Sql =>
  dialectOf(source) === "mysql" ? sql`STRAIGHT_JOIN` : sql`CROSS JOIN`;

/** Forces an index where MySQL's optimizer would sort all the firm's rows instead of reading one page in order. */
export const forceIndexSql = (source: Flavour | EntityManager, index: Sql): Sql =>
  dialectOf(source) === "mysql" ? sql`FORCE INDEX (${index})` : sql`INDEXED BY ${index}`;

/** Whether a text is not plain: it has characters of several bytes, or an ASCII label of a domain that has. */
export const unusualTextSql = (source: DataSource | EntityManager, column: Sql): Sql =>
  dialectOf(source) === "mysql"
    ? sql`(${column} LIKE '%xn--%' OR LENGTH(${column}) <> CHAR_LENGTH(${column}))`
    : sql`(${column} LIKE '%xn--%' OR LENGTH(CAST(${column} AS BLOB)) <> LENGTH(${column}))`;
