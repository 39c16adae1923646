import type { DataSource, EntityManager } from "typeorm";
import { affectedRows, isRetryable } from "./dialect.js";
import type { Sql } from "./sql.js";

const TRIES = 12;

/** Retries a transaction that lost to another one. */
async function retryingConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (attempt === TRIES || !isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}

/**
 * One transaction, all or nothing. It is retried when it loses to another one, so `work` must do nothing but database
 * work through the given manager.
 */
export const inTransaction = <T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  retryingConflicts(() => dataSource.transaction(work));

/** One write that commits by itself, in one round trip. Returns the number of rows it matched. */
export const writeAlone = (dataSource: DataSource, statement: Sql, parameters: unknown[]): Promise<number> =>
  retryingConflicts(async () => {
    const queryRunner = dataSource.createQueryRunner();
    try {
      return await affectedRows(queryRunner.manager, statement, parameters);
    } finally {
      await queryRunner.release();
    }
  });
