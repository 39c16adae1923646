import type { MigrationInterface, QueryRunner } from "typeorm";
import {
  at,
  belongsTo,
  count,
  createTables,
  dropTables,
  flag,
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
    name: "roll_outs",
    columns: [
      primary(id("id")),
      id("firmId"),
      text("state", 20),
      at("enforcedFrom"),
      text("timeZone", 64),
      longText("message"),
      flag("invitesContacts"),
      text("remindDaysBefore", 40),
      count("mailsPerMinute"),
      text("previousMode", 30),
      nullable(at("previousEnforcedFrom")),
      at("startedAt"),
      text("startedByName", 200),
      nullable(at("nextMailAt")),
    ],
    indices: [index("ix_roll_outs_due", "nextMailAt"), index("ix_roll_outs_firm", "firmId", "startedAt", "id")],
    foreignKeys: [belongsTo("fk_roll_outs_firm", "firmId", "firms")],
  },
  {
    name: "roll_out_recipients",
    columns: [
      primary(id("rollOutId")),
      primary(id("contactId")),
      text("nameKey", 200),
      flag("hadAccount"),
      nullable(at("dueAt")),
      nullable(at("mailedAt")),
      nullable(text("mailedTo", 254)),
      count("mails"),
      nullable(text("leftOutFor", 20)),
    ],
    indices: [
      index("ix_roll_out_recipients_contact", "contactId"),
      index("ix_roll_out_recipients_due", "rollOutId", "dueAt", "contactId"),
      index("ix_roll_out_recipients_mailed", "rollOutId", "mailedAt"),
      index("ix_roll_out_recipients_name", "rollOutId", "nameKey", "contactId"),
    ],
    foreignKeys: [
      belongsTo("fk_roll_out_recipients_contact", "contactId", "contacts"),
      belongsTo("fk_roll_out_recipients_roll_out", "rollOutId", "roll_outs"),
    ],
  },
];

/** Roll-outs of two-factor authentication, and whom they write to. */
export class RollOuts1764010000000 implements MigrationInterface {
  name = "RollOuts1764010000000";
  up = (runner: QueryRunner) => createTables(runner, tables);
  down = (runner: QueryRunner) => dropTables(runner, tables);
}
