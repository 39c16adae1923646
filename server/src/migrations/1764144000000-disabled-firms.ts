import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * The operator can disable a firm. In the policy's row, which everything that opens a session reads under a lock. In plain SQL, since TypeORM
 * would recreate SQLite's table. MySQL commits the change of the table: where the migration ended half-way, there is nothing left to do.
 */
export class DisabledFirms1764144000000 implements MigrationInterface {
  name = "DisabledFirms1764144000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("security_policies", "firmDisabledAt")))
      await runner.query("ALTER TABLE security_policies ADD COLUMN firmDisabledAt bigint NULL");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("ALTER TABLE security_policies DROP COLUMN firmDisabledAt");
  }
}
