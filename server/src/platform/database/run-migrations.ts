import type { DataSource } from "typeorm";
import { dialectOf } from "./dialect.js";

const LOCK_TIMEOUT_SECONDS = 120;

/**
 * Runs pending migrations. Several instances may start together. On MySQL they queue on a named lock, held by a
 * separate connection so that a crash releases it. On SQLite the loser of the race retries and finds the work done.
 */
export async function runMigrationsOnce(dataSource: DataSource): Promise<void> {
  if (dialectOf(dataSource) === "sqlite") return retryWhileBusy(() => migrate(dataSource));
  const holder = dataSource.createQueryRunner();
  const name = `gatehouse-migrations:${dataSource.driver.database ?? ""}`.slice(0, 64);
  try {
    const [row] = (await holder.query("SELECT GET_LOCK(?, ?) AS got", [name, LOCK_TIMEOUT_SECONDS])) as {
      got: number;
    }[];
    if (Number(row?.got) !== 1)
      throw new Error(`another instance has been migrating for over ${LOCK_TIMEOUT_SECONDS} s`);
    await migrate(dataSource);
  } finally {
    await holder.query("SELECT RELEASE_LOCK(?)", [name]);
    await holder.release();
  }
}

const migrate = async (dataSource: DataSource) => void (await dataSource.runMigrations({ transaction: "each" }));

async function retryWhileBusy(work: () => Promise<void>, tries = 20): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The other process holds the lock ("database is locked") or has just created the tables ("already exists").
    if (tries === 0 || !/locked|busy|already exists|UNIQUE constraint failed/i.test(String(error))) throw error;
    await new Promise((resolve) => setTimeout(resolve, 250));
    await retryWhileBusy(work, tries - 1);
  }
}
