import type { Pool } from "mysql2";
import type { DataSource, EntityManager } from "typeorm";
import { dialectOf, execute } from "./dialect.js";
import { outageOf } from "./outages.js";
import { executeRows } from "./planned-rows.js";
import type { Select, Sql } from "./sql.js";

/** How many statements a connection keeps prepared. The server's own limit counts all connections together. */
export const PREPARED_STATEMENTS = 300;

/**
 * Reads rows outside a transaction by a statement that each connection prepares once: for reads on every request. Use
 * it only for statements with few variants.
 */
export async function preparedRows<T>(
  dataSource: DataSource,
  statement: Select<T>,
  parameters: readonly unknown[],
): Promise<T[]> {
  // SQLite's runner caches statements itself.
  if (dialectOf(dataSource) === "sqlite") return unpreparedRows(dataSource.manager, statement, parameters);
  return statement.rowsOf(await executed(dataSource, statement.sqlText, parameters, false));
}

/**
 * The same for pages of wide rows: `rowOf` receives the columns' values in the statement's order. Building an object
 * from a literal takes a fifth of the time of setting columns by name.
 */
export async function preparedRowsOf<V extends readonly unknown[], T>(
  dataSource: DataSource,
  rowOf: (values: V) => T,
  statement: Select<V>,
  parameters: readonly unknown[],
): Promise<T[]> {
  if (dialectOf(dataSource) === "sqlite") return unpreparedRowsOf(dataSource.manager, rowOf, statement, parameters);
  return statement.rowsOf(await executed(dataSource, statement.sqlText, parameters, true)).map(rowOf);
}

function executed(
  dataSource: DataSource,
  text: string,
  parameters: readonly unknown[],
  isOfArrays: boolean,
): Promise<unknown[]> {
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  return new Promise((resolve, reject) => {
    pool.getConnection((failure, connection) => {
      if (failure) {
        reject(failure);
        return;
      }
      try {
        executeRows(connection, text, parameters, isOfArrays, (error, rows) => {
          // A lost connection is not handed to the next waiting caller.
          if (!error?.fatal) connection.release();
          if (error) reject(outageOf(error) ?? error);
          else resolve(rows as unknown[]);
        });
      } catch (error) {
        // The driver rejected a parameter's type.
        connection.release();
        reject(error as Error);
      }
    });
  });
}

/** The same through a manager: within its transaction, if it has one. */
export async function rowsOf<T>(
  manager: EntityManager,
  statement: Select<T>,
  parameters: readonly unknown[],
): Promise<T[]> {
  const { queryRunner, connection: dataSource } = manager;
  if (!queryRunner) return preparedRows(dataSource, statement, parameters);
  if (dialectOf(dataSource) === "sqlite") return unpreparedRows(manager, statement, parameters);
  return statement.rowsOf(await execute<unknown[]>(queryRunner, statement.sqlText, parameters));
}

/**
 * Reads rows by a statement that has one variant per number of parameters, or that is rarely sent. No connection keeps
 * it prepared.
 */
export const unpreparedRows = async <T>(
  manager: EntityManager,
  statement: Select<T>,
  parameters: readonly unknown[],
): Promise<T[]> => statement.rowsOf(await manager.query<unknown[]>(statement.sqlText, [...parameters]));

/** The same for pages of wide rows; see preparedRowsOf. */
export async function unpreparedRowsOf<V extends readonly unknown[], T>(
  manager: EntityManager,
  rowOf: (values: V) => T,
  statement: Select<V>,
  parameters: readonly unknown[],
): Promise<T[]> {
  const rows = await manager.query<object[]>(statement.sqlText, [...parameters]);
  return statement.rowsOf(rows.map((row) => Object.values(row))).map(rowOf);
}

/** The same for a write whose row count nobody needs. */
export const unpreparedWrite = async (
  manager: EntityManager,
  statement: Sql,
  parameters: readonly unknown[],
): Promise<void> => void (await manager.query(statement.sqlText, [...parameters]));
