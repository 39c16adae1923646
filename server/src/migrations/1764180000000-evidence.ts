import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  belongsTo,
  count,
  createTables,
  id,
  index,
  longText,
  nullable,
  primary,
  text,
} from "../platform/database/schema-builder.js";

const signingKeys = {
  name: "audit_signing_keys",
  columns: [primary(text("id", 43)), text("publicKey", 43), text("proof", 90), at("createdAt")],
  indices: [],
  foreignKeys: [],
};
const erasures = {
  name: "person_erasures",
  columns: [
    primary(id("contactId")),
    id("firmId"),
    nullable(id("accountId")),
    nullable(id("keptAccountId")),
    longText("addressDigests"),
    count("afterSeq"),
    at("deletedAt"),
    at("dueAt"),
  ],
  indices: [index("ix_person_erasures_due", "dueAt")],
  foreignKeys: [belongsTo("fk_person_erasures_firm", "firmId", "firms")],
};
const tables = [signingKeys, erasures];
const columns: readonly [table: string, column: string, type: string][] = [
  ["audit_events", "methods", "varchar(200) NULL"],
  ["audit_events", "changes", "text NULL"],
  ["audit_events", "actorSeal", "varchar(64) NULL"],
  ["audit_events", "subjectSeal", "varchar(64) NULL"],
  ["audit_events", "digest", "varchar(64) NULL"],
  ["audit_counters", "chainedSeq", "integer NOT NULL DEFAULT 0"],
  ["audit_counters", "chainDigest", "varchar(64) NULL"],
  ["audit_counters", "sealingFromSeq", "integer NULL"],
  ["audit_counters", "trimmedDigest", "varchar(64) NULL"],
  ["audit_counters", "checkpointSeq", "integer NOT NULL DEFAULT 0"],
  ["audit_counters", "checkpointAt", "bigint NULL"],
  ["audit_counters", "checkpointMailedSeq", "integer NOT NULL DEFAULT 0"],
  ["audit_counters", "checkpointMailedAt", "bigint NULL"],
  ["firms", "mailsCheckpoints", "boolean NOT NULL DEFAULT 0"],
  ["sessions", "methods", "varchar(200) NULL"],
  ["trusted_devices", "ipAddress", "varchar(45) NULL"],
  ["trusted_devices", "lastUsedAt", "bigint NULL"],
];

/**
 * What evidence needs: how somebody proved who they are, what changed, the chain of digests, when a trusted device was last
 * used, and whose facts are being erased. Every column may be missing in what servers of the version before write beside this one. In plain SQL,
 * since TypeORM would recreate SQLite's tables. MySQL commits each change of a table: where the migration ended
 * half-way, it does the rest.
 */
export class Evidence1764180000000 implements MigrationInterface {
  name = "Evidence1764180000000";
  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables) if (!(await runner.hasTable(table.name))) await createTables(runner, [table]);
    for (const [table, column, type] of columns)
      if (!(await runner.hasColumn(table, column)))
        await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column} ${type}`);
  }
  async down(runner: QueryRunner): Promise<void> {
    for (const [table, column] of columns.toReversed())
      await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column}`);
    for (const { name } of tables.toReversed()) await runner.dropTable(name);
  }
}
