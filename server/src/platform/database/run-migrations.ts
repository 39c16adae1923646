import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import type { RowDataPacket } from "mysql2/promise";
import { MigrationExecutor, type DataSource, type QueryRunner } from "typeorm";
import { StartRefused } from "../config/faults.js";
import { IS_READ_ONLY, isReadOnlyIn } from "./database-hosts.js";
import { dialectOf } from "./dialect.js";
import { createLeases, ServerLease } from "./leases.js";
import { discardConnection, withoutTimeLimit } from "./mysql-pool.js";

/** How long an instance waits for another one that migrates. */
const WAIT_MS = 600_000;
const LOOK_MS = 500;
/** A few of these fit into one lease. */
const RENEW_MS = 5000;

/**
 * Runs pending migrations. Several instances may start together. On MySQL one of them holds a lease, a row that is
 * renewed while it migrates and ends by itself after a crash. On SQLite the loser of the race retries and finds the
 * work done. Throws if there is something to do and the server is not the primary.
 */
export async function runMigrationsOnce(dataSource: DataSource): Promise<void> {
  if (dialectOf(dataSource) === "sqlite")
    return retryWhileBusy(async () => void (await dataSource.runMigrations({ transaction: "each" })));
  const runner = dataSource.createQueryRunner();
  try {
    await withoutTimeLimit(runner);
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = "each";
    if (!(await isPending(executor))) return;
    await mustBePrimary(runner);
    await createLeases(runner);
    await whileLeased(dataSource, runner, async () => {
      if (await isPending(executor)) await executor.executePendingMigrations();
    });
  } finally {
    discardConnection(runner);
    await runner.release();
  }
}

const isPending = async (executor: MigrationExecutor) => (await executor.getPendingMigrations()).length > 0;

async function mustBePrimary(runner: QueryRunner): Promise<void> {
  if (isReadOnlyIn((await runner.query(IS_READ_ONLY)) as RowDataPacket[]))
    throw new StartRefused(
      "The database server is read-only, so it is not the primary. Migrations run only there: let DATABASE_URL lead to the primary.",
    );
}

async function whileLeased(dataSource: DataSource, runner: QueryRunner, work: () => Promise<void>): Promise<void> {
  const lease = new ServerLease("migrations", `${hostname().slice(0, 40)}:${randomBytes(6).toString("hex")}`);
  for (const startedAt = performance.now(); !(await lease.take(runner)); await wait(LOOK_MS))
    if (performance.now() - startedAt > WAIT_MS)
      throw new Error(`another instance has been migrating for over ${WAIT_MS / 60_000} minutes`);
  // On a connection of its own: one statement of a migration may take longer than the lease.
  const renewer = dataSource.createQueryRunner();
  const renew = async () => {
    // Somebody else migrates by now: what is under way must not go on beside it.
    if (!(await lease.renew(renewer))) discardConnection(runner);
  };
  const timer = setInterval(() => void renew().catch(() => undefined), RENEW_MS);
  try {
    await work();
  } finally {
    clearInterval(timer);
    await lease.end(renewer).catch(() => undefined);
    await renewer.release();
  }
}

async function retryWhileBusy(work: () => Promise<void>, tries = 20): Promise<void> {
  try {
    await work();
  } catch (error) {
    // The other process holds the lock ("database is locked") or has just created the tables ("already exists").
    if (tries === 0 || !/locked|busy|already exists|UNIQUE constraint failed/i.test(String(error))) throw error;
    await wait(250);
    await retryWhileBusy(work, tries - 1);
  }
}
