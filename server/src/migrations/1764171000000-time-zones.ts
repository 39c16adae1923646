import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * A firm has a time zone; null: UTC, as for every firm before, and for those that the version before still creates. In plain SQL, since
 * TypeORM would recreate SQLite's table. MySQL commits the change of the table: where the migration ended half-way, nothing is left to do.
 */
export class TimeZones1764171000000 implements MigrationInterface {
  name = "TimeZones1764171000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("firms", "timeZone")))
      await runner.query("ALTER TABLE firms ADD COLUMN timeZone varchar(64) NULL");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE firms DROP COLUMN timeZone");
  }
}
