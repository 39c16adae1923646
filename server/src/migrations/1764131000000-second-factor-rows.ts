import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Team members that the operator's commands made had no row in which failures of the second factor, and of the mailed code in its place, are
 * counted: nothing bounded them until they enrolled.
 */
export class SecondFactorRows1764131000000 implements MigrationInterface {
  name = "SecondFactorRows1764131000000";
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `INSERT INTO two_factor_states (ownerId, firmId, recoveryCodesRemaining, consecutiveFailures, lockCount)
       SELECT m.id, m.firmId, 0, 0, 0 FROM team_members m LEFT JOIN two_factor_states t ON t.ownerId = m.id
       WHERE t.ownerId IS NULL AND m.disabledAt IS NULL`,
    );
  }
  /** The rows say nothing that was not so before. */
  async down(): Promise<void> {
    return undefined;
  }
}
