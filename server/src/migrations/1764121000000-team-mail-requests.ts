import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  createTables,
  dropTables,
  flag,
  id,
  index,
  nullable,
  primary,
  text,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const tables: TableDescription[] = [
  {
    name: "team_mail_requests",
    columns: [
      primary(id("id")),
      text("email", 254),
      flag("isHeld"),
      nullable(text("ipAddress", 45)),
      nullable(text("userAgent", 300)),
      at("createdAt"),
    ],
    indices: [index("ix_team_mail_requests_created", "createdAt")],
    foreignKeys: [],
  },
];

/** The team asks for a new password by mail. */
export class TeamMailRequests1764121000000 implements MigrationInterface {
  name = "TeamMailRequests1764121000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
