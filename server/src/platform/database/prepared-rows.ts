import type { Pool } from "mysql2";
import type { DataSource, EntityManager } from "typeorm";
import { dialectOf, execute } from "./dialect.js";

/** How many statements a connection keeps prepared; the server's own bound is over all connections together. */
export const PREPARED_STATEMENTS = 300;

/**
 * Reads rows outside a transaction by a statement that each connection prepares once: for what is read with every request. Give it
 * statements of a few forms only; moments come as numbers.
 */
export function preparedRows<T>(dataSource: DataSource, sql: string, parameters: readonly unknown[]): Promise<T[]> {
  // SQLite's runner keeps its statements itself.
  if (dialectOf(dataSource) === "sqlite") return dataSource.query<T[]>(sql, [...parameters]);
  const { pool } = dataSource.driver as unknown as { pool: Pool };
  return new Promise((resolve, reject) => {
    pool.execute(sql, [...parameters] as string[], (error, rows) => {
      if (error) reject(error);
      else resolve(rows as T[]);
    });
  });
}

/** The same where a manager reads: within its transaction, if it has one. */
export async function rowsOf<T>(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<T[]> {
  const { queryRunner, connection: dataSource } = manager;
  if (!queryRunner) return preparedRows<T>(dataSource, sql, parameters);
  if (dialectOf(dataSource) === "sqlite") return queryRunner.query(sql, [...parameters]) as Promise<T[]>;
  return execute<T[]>(queryRunner, sql, parameters);
}
