import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  belongsTo,
  blob,
  count,
  createTables,
  dropTables,
  id,
  index,
  longText,
  nullable,
  primary,
  text,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "reports",
    columns: [
      primary(id("id")),
      id("firmId"),
      text("kind", 10),
      text("status", 10),
      count("percent"),
      nullable(at("asOf")),
      nullable(text("firstDay", 10)),
      nullable(text("lastDay", 10)),
      text("language", 10),
      text("timeZone", 64),
      at("requestedAt"),
      nullable(text("requestedByName", 200)),
      nullable(text("askedByMonth", 7)),
      count("throughSeq"),
      longText("checkpoint"),
      nullable(text("holder", 36)),
      at("leaseUntil"),
      count("attempts"),
      nullable(longText("head")),
      nullable(count("rowTotal")),
      nullable(at("readyAt")),
      at("expiresAt"),
    ],
    indices: [
      index("ix_reports_firm", "firmId", "requestedAt", "id"),
      index("ix_reports_due", "status", "leaseUntil"),
      index("ix_reports_expires", "expiresAt"),
    ],
    foreignKeys: [belongsTo("fk_reports_firm", "firmId", "firms")],
  },
  {
    name: "report_parts",
    columns: [primary(id("reportId")), primary(count("throughRow")), blob("content")],
    indices: [],
    foreignKeys: [belongsTo("fk_report_parts_report", "reportId", "reports")],
  },
  {
    name: "report_schedules",
    columns: [primary(id("firmId")), text("askedMonth", 7), text("mailedMonth", 7)],
    indices: [],
    foreignKeys: [belongsTo("fk_report_schedules_firm", "firmId", "firms")],
  },
  {
    name: "report_recipients",
    columns: [primary(id("teamMemberId")), id("firmId")],
    indices: [index("ix_report_recipients_firm", "firmId")],
    foreignKeys: [
      belongsTo("fk_report_recipients_member", "teamMemberId", "team_members"),
      belongsTo("fk_report_recipients_firm", "firmId", "firms"),
    ],
  },
];

/** Reports that are made in the background and kept, and the monthly ones. */
export class KeptReports1764192000000 implements MigrationInterface {
  name = "KeptReports1764192000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
