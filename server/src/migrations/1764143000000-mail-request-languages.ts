import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * `client-languages` was changed after it had run on some databases: those lack this column. In plain SQL, since TypeORM would recreate
 * SQLite's table.
 */
export class MailRequestLanguages1764143000000 implements MigrationInterface {
  name = "MailRequestLanguages1764143000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("portal_mail_requests", "language")))
      await runner.query("ALTER TABLE portal_mail_requests ADD COLUMN language varchar(2) NULL");
  }
  /** `client-languages` drops it. */
  async down(): Promise<void> {
    return undefined;
  }
}
