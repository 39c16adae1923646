import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  createTables,
  digest,
  dropTables,
  flag,
  id,
  index,
  longText,
  nullable,
  primary,
  text,
  unique,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "passkeys",
    columns: [
      primary(id("id")),
      id("firmId"),
      id("ownerId"),
      text("name", 200),
      digest("credentialDigest"),
      longText("credentialId"),
      longText("publicKey"),
      at("signCount"),
      text("transports", 200),
      flag("isSynced"),
      at("createdAt"),
      nullable(at("lastUsedAt")),
    ],
    indices: [index("ix_passkeys_owner", "ownerId"), unique("uq_passkeys_credential", "credentialDigest")],
    foreignKeys: [],
  },
  {
    name: "passkey_ceremonies",
    columns: [primary(id("subjectId")), text("purpose", 20), id("ownerId"), text("challenge", 64), at("expiresAt")],
    indices: [],
    foreignKeys: [],
  },
];

/** Passkeys beside the authenticator. */
export class Passkeys1764000000000 implements MigrationInterface {
  name = "Passkeys1764000000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
