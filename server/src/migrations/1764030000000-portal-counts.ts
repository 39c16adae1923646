import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  belongsTo,
  count,
  createTables,
  dropTables,
  id,
  primary,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "portal_counts",
    columns: [
      primary(id("firmId")),
      count("withoutEmail"),
      count("notInvited"),
      count("invited"),
      count("withAccount"),
      count("twoFactorEnrolled"),
    ],
    indices: [],
    foreignKeys: [belongsTo("fk_portal_counts_firm", "firmId", "firms")],
  },
];

const inState = (state: string) => `COUNT(CASE WHEN c.accessState = '${state}' THEN 1 END)`;

/** A firm's statistics are kept, so that reading them takes no count of its contacts. */
export class PortalCounts1764030000000 implements MigrationInterface {
  name = "PortalCounts1764030000000";
  async up(runner: QueryRunner): Promise<void> {
    // MySQL commits each change of tables: where a migration ended half-way, it begins anew.
    await runner.query("DROP TABLE IF EXISTS portal_counts");
    await createTables(runner, tables);
    await runner.query(
      `INSERT INTO portal_counts (firmId, withoutEmail, notInvited, invited, withAccount, twoFactorEnrolled)
       SELECT f.id, ${["NO_EMAIL", "NOT_INVITED", "INVITED", "ACCOUNT_CREATED"].map(inState).join(", ")}, COUNT(t.enrolledAt)
       FROM firms f LEFT JOIN contacts c ON c.firmId = f.id LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId
       GROUP BY f.id`,
    );
  }
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
