import type { DataSource, EntityManager } from "typeorm";
import { dialectOf, isRetryable } from "./dialect.js";

const TRIES = 12;

/**
 * One transaction; all or nothing. Runs again when it lost to another one, so `work` must do nothing but database work through
 * the manager it is given.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await (dialectOf(dataSource) === "mysql"
        ? dataSource.transaction("READ COMMITTED", work)
        : dataSource.transaction(work));
    } catch (error) {
      if (attempt === TRIES || !isRetryable(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}
