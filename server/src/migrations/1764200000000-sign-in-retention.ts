import type { MigrationInterface, QueryRunner } from "typeorm";

const columns: readonly [table: string, column: string, type: string][] = [
  ["firms", "signInEventDays", "integer NULL"],
  ["firms", "signInEventDaysSetAt", "bigint NULL"],
  ["audit_counters", "signInsStatedSeq", "integer NULL"],
  ["audit_counters", "signInsStatedAt", "bigint NULL"],
  ["audit_counters", "signInsErasedSeq", "integer NULL"],
];

/**
 * For how long a firm's sign-in events keep who it was (null: for ever, as for every firm before), and how far that was
 * carried out; null in what servers of the version before write or have exported. In plain SQL, since TypeORM would recreate SQLite's tables. MySQL commits each change of a table: where the
 * migration ended half-way, it does the rest.
 */
export class SignInRetention1764200000000 implements MigrationInterface {
  name = "SignInRetention1764200000000";
  async up(runner: QueryRunner): Promise<void> {
    for (const [table, column, type] of columns)
      if (!(await runner.hasColumn(table, column)))
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of columns.toReversed())
      await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
  }
}
