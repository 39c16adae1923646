import type { MigrationInterface, QueryRunner } from "typeorm";

/**
 * Setting up an authenticator in a session asks for the mailbox too: the challenge is that session's. In plain SQL, since TypeORM would make
 * SQLite's table anew. MySQL commits the change of the table: where the migration ended half-way, there is nothing left to do.
 */
export class SessionChallenges1764130000000 implements MigrationInterface {
  name = "SessionChallenges1764130000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn("sign_in_challenges", "sessionId")))
      await runner.query("ALTER TABLE sign_in_challenges ADD COLUMN sessionId varchar(30) NULL");
  }
  async down(runner: QueryRunner): Promise<void> {
    // Good for nothing but the session that it is of.
    await runner.query("DELETE FROM sign_in_challenges WHERE sessionId IS NOT NULL");
    await runner.query("ALTER TABLE sign_in_challenges DROP COLUMN sessionId");
  }
}
