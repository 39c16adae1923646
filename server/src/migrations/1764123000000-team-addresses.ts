import { TableIndex, type MigrationInterface, type QueryRunner } from "typeorm";
import { unique } from "../platform/database/schema-builder.js";

const table = "team_members";
const byAddress = unique("uq_team_members_email", "email");
const byFirm = unique("uq_team_members_email", "firmId", "email");
const bySignIn = unique("uq_team_members_sign_in", "signInEmail");

/**
 * An invitation of one firm holds no address against another. MySQL commits each change of the table: where the migration ended half-way, it
 * does the rest.
 */
export class TeamAddresses1764123000000 implements MigrationInterface {
  name = "TeamAddresses1764123000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn(table, "signInEmail")))
      await runner.query(`ALTER TABLE ${table} ADD COLUMN signInEmail varchar(254) NULL`);
    // The operator's command gives a password without an answer to the invitation: they have signed in by it.
    await runner.query(
      `UPDATE ${table} SET joinedAt = COALESCE(lastSignInAt, createdAt) WHERE joinedAt IS NULL AND disabledAt IS NULL
       AND EXISTS (SELECT 1 FROM password_credentials p WHERE p.ownerId = ${table}.id)`,
    );
    await runner.query(
      `UPDATE ${table} SET signInEmail = email WHERE joinedAt IS NOT NULL AND disabledAt IS NULL AND signInEmail IS NULL`,
    );
    const indices = (await runner.getTable(table))?.indices ?? [];
    const isThere = ({ name, columnNames }: { name: string; columnNames: string[] }) =>
      indices.some((index) => index.name === name && index.columnNames.length === columnNames.length);
    if (isThere(byAddress)) await runner.dropIndex(table, byAddress.name);
    if (!isThere(byFirm)) await runner.createIndex(table, new TableIndex(byFirm));
    if (!isThere(bySignIn)) await runner.createIndex(table, new TableIndex(bySignIn));
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex(table, bySignIn.name);
    await runner.dropIndex(table, byFirm.name);
    await runner.createIndex(table, new TableIndex(byAddress));
    await runner.query(`ALTER TABLE ${table} DROP COLUMN signInEmail`);
  }
}
