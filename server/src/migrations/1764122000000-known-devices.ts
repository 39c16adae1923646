import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  createTables,
  digest,
  dropTables,
  id,
  index,
  primary,
  unique,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "known_devices",
    columns: [primary(id("id")), id("ownerId"), digest("tokenDigest"), at("createdAt"), at("expiresAt")],
    indices: [unique("uq_known_devices_token", "tokenDigest", "ownerId"), index("ix_known_devices_owner", "ownerId")],
    foreignKeys: [],
  },
];

/** Browsers that somebody has signed in with have tries of their own. */
export class KnownDevices1764122000000 implements MigrationInterface {
  name = "KnownDevices1764122000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
