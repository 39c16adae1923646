import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  belongsTo,
  blob,
  count,
  createTables,
  digest,
  dropTables,
  id,
  nullable,
  primary,
  text,
  unique,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "brandings",
    columns: [primary(id("firmId")), nullable(text("color", 7)), at("updatedAt")],
    indices: [],
    foreignKeys: [belongsTo("fk_brandings_firm", "firmId", "firms")],
  },
  {
    name: "logos",
    columns: [
      primary(id("firmId")),
      digest("digest"),
      text("contentType", 20),
      count("width"),
      count("height"),
      blob("content"),
    ],
    indices: [unique("uq_logos_digest", "digest")],
    foreignKeys: [belongsTo("fk_logos_firm", "firmId", "firms")],
  },
];

/** Firms' colours and logos. */
export class Branding1764060000000 implements MigrationInterface {
  name = "Branding1764060000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
