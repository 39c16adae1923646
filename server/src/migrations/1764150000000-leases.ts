import type { MigrationInterface, QueryRunner } from "typeorm";
import { createLeases } from "../platform/database/leases.js";

/**
 * The row by which one instance at a time migrates, and the row that /readyz writes. MySQL has the table already, since
 * whoever runs this holds a lease.
 */
export class Leases1764150000000 implements MigrationInterface {
  name = "Leases1764150000000";
  async up(runner: QueryRunner): Promise<void> {
    await createLeases(runner);
    await runner.query("DELETE FROM leases WHERE name = 'readiness'");
    await runner.query("INSERT INTO leases (name, holder, expiresAt) VALUES ('readiness', '', 0)");
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM leases WHERE name = 'readiness'");
  }
}
