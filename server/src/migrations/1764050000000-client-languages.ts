import type { MigrationInterface, QueryRunner } from "typeorm";

const added = [
  ["firms", "clientLanguage"],
  ["contacts", "language"],
  ["portal_mail_requests", "language"],
] as const;

/**
 * Clients are written to in their language; null: nobody said which. In plain SQL, since TypeORM would make SQLite's tables anew. MySQL
 * commits each change of tables: where the migration ended half-way, it adds what is missing.
 */
export class ClientLanguages1764050000000 implements MigrationInterface {
  name = "ClientLanguages1764050000000";
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column] of added)
      if (!(await runner.hasColumn(table, column)))
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} varchar(2) NULL`);
  }
  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of added) await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
}
