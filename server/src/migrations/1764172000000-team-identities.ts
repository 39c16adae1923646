import { TableIndex, type MigrationInterface, type QueryRunner } from "typeorm";
import { at, createTables, id, index, primary, text, unique } from "../platform/database/schema-builder.js";

const members = "team_members";
const byIdentity = index("ix_team_members_identity", "identityId");
const identities = {
  name: "team_identities",
  columns: [primary(id("id")), text("email", 254), at("createdAt")],
  indices: [unique("uq_team_identities_email", "email")],
  foreignKeys: [],
};

/**
 * A person in several teams. Whoever has joined gets an identity with the member's id, so their password's row stays as
 * it is, and servers of the version before go on beside this one: they know one membership of each person, the one with
 * a signInEmail. A member who joins through such a server has no identity until they use a server of this version. MySQL
 * commits each change of a table: where the migration ended half-way, it does the rest.
 */
export class TeamIdentities1764172000000 implements MigrationInterface {
  name = "TeamIdentities1764172000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasTable(identities.name))) await createTables(runner, [identities]);
    if (!(await runner.hasColumn(members, "identityId")))
      await runner.query(`ALTER TABLE ${members} ADD COLUMN identityId varchar(30) NULL`);
    const indices = (await runner.getTable(members))?.indices ?? [];
    if (!indices.some(({ name }) => name === byIdentity.name))
      await runner.createIndex(members, new TableIndex(byIdentity));
    await runner.query(
      `INSERT INTO ${identities.name} (id, email, createdAt)
       SELECT id, signInEmail, COALESCE(joinedAt, createdAt) FROM ${members} WHERE signInEmail IS NOT NULL AND disabledAt IS NULL
       AND NOT EXISTS (SELECT 1 FROM ${identities.name} i WHERE i.email = signInEmail)`,
    );
    await runner.query(
      `UPDATE ${members} SET identityId = id WHERE identityId IS NULL AND disabledAt IS NULL
       AND EXISTS (SELECT 1 FROM ${identities.name} i WHERE i.id = ${members}.id AND i.email = signInEmail)`,
    );
  }
  /** Whoever joined a second team is known there no more: the version before signs them in to the first. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex(members, byIdentity.name);
    await runner.query(`ALTER TABLE ${members} DROP COLUMN identityId`);
    await runner.dropTable(identities.name);
  }
}
