import type { DataSource, EntityManager } from "typeorm";
import { affectedRows, isRetryable } from "./dialect.js";
import type { Sql } from "./sql.js";

const TRIES = 12;

/** Runs again what lost to another transaction. */
async function untilItWins<T>(run: () => Promise<T>): Promise<T> {
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
 * One transaction; all or nothing. Runs again when it lost to another one, so `work` must do nothing but database work through
 * the manager it is given.
 */
export const inTransaction = <T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> =>
  untilItWins(() => dataSource.transaction(work));

/** One write that the database commits as it is, in one round trip; how many rows it hit. */
export const byItself = (dataSource: DataSource, statement: Sql, parameters: unknown[]): Promise<number> =>
  untilItWins(async () => {
    const queryRunner = dataSource.createQueryRunner();
    try {
      return await affectedRows(queryRunner.manager, statement, parameters);
    } finally {
      await queryRunner.release();
    }
  });
