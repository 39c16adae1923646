import { TableIndex, type MigrationInterface, type QueryRunner } from "typeorm";
import { index } from "../platform/database/schema-builder.js";

const byActor = index("ix_audit_events_actor", "firmId", "actorId", "seq");

/** What somebody did is found without reading the whole log. */
export class AuditActor1764020000000 implements MigrationInterface {
  name = "AuditActor1764020000000";
  up = (runner: QueryRunner) => runner.createIndex("audit_events", new TableIndex(byActor));
  down = (runner: QueryRunner) => runner.dropIndex("audit_events", byActor.name);
}
