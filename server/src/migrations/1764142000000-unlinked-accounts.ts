import { TableIndex, type MigrationInterface, type QueryRunner } from "typeorm";
import { index } from "../platform/database/schema-builder.js";

const table = "portal_accounts";
const byUnlinking = index("ix_portal_accounts_unlinked", "firmId", "unlinkedAt", "id");

/**
 * A login says since when no contact has it, so that the few of a firm are found without a look at all the others. How long it was so before
 * the update is known to nobody: those count from the update. MySQL commits each change of the table: where the migration ended half-way, it
 * does the rest.
 */
export class UnlinkedAccounts1764142000000 implements MigrationInterface {
  name = "UnlinkedAccounts1764142000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn(table, "unlinkedAt")))
      await runner.query(`ALTER TABLE ${table} ADD COLUMN unlinkedAt bigint NULL`);
    await runner.query(
      `UPDATE ${table} SET unlinkedAt = ? WHERE unlinkedAt IS NULL
       AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.portalAccountId = ${table}.id)`,
      [Date.now()],
    );
    const indices = (await runner.getTable(table))?.indices ?? [];
    if (!indices.some(({ name }) => name === byUnlinking.name))
      await runner.createIndex(table, new TableIndex(byUnlinking));
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex(table, byUnlinking.name);
    await runner.query(`ALTER TABLE ${table} DROP COLUMN unlinkedAt`);
  }
}
