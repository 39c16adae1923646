import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Tries are bounded by the day too; what was counted until now owes nothing. In plain SQL, since TypeORM would make SQLite's table anew.
 * MySQL commits the change of the table: where the migration ended half-way, it does the rest.
 */
export class AttemptShares1764120000000 implements MigrationInterface {
  name = "AttemptShares1764120000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("attempt_counters", "owedUntil")))
      await runner.query("ALTER TABLE attempt_counters ADD COLUMN owedUntil bigint NOT NULL DEFAULT 0");
    // A window after a wait was a whole one; now only what is within its wait counts as one in a row.
    await runner.query("UPDATE attempt_counters SET blockCount = 0 WHERE blockedUntil IS NULL");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE attempt_counters DROP COLUMN owedUntil");
  }
}
