import { TableIndex, type MigrationInterface, type QueryRunner } from "typeorm";
import {
  belongsTo,
  createTables,
  dropTables,
  id,
  index,
  primary,
  text,
  type TableDescription,
} from "../platform/database/schema-builder.js";

const before: TableDescription[] = [
  {
    name: "contact_words",
    columns: [primary(id("firmId")), primary(text("word", 60)), primary(id("contactId"))],
    indices: [index("ix_contact_words_contact", "contactId")],
    foreignKeys: [belongsTo("fk_contact_words_contact", "contactId", "contacts")],
  },
];
const after: TableDescription[] = [
  {
    name: "search_words",
    columns: [
      primary(id("firmId")),
      primary(text("word", 60)),
      primary(text("nameKey", 200)),
      primary(id("contactId")),
    ],
    // Made afterwards: sorted, many times faster where it does not fit into memory.
    indices: [],
    foreignKeys: [belongsTo("fk_search_words_firm", "firmId", "firms")],
  },
];

/**
 * Words carry their contact's place in the order of names, so that a page of those with a frequent word is read without the others.
 * MySQL commits each change of tables: where the migration ended half-way it begins anew, or has nothing left to do.
 */
export class SearchWords1764040000000 implements MigrationInterface {
  name = "SearchWords1764040000000";
  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasTable("contact_words"))) return;
    await runner.query("DROP TABLE IF EXISTS search_words");
    await createTables(runner, after);
    await runner.query(
      `INSERT INTO search_words (firmId, word, nameKey, contactId)
       SELECT w.firmId, w.word, c.nameKey, w.contactId FROM contact_words w JOIN contacts c ON c.id = w.contactId
       ORDER BY w.firmId, w.word, c.nameKey, w.contactId`,
    );
    await runner.createIndex(
      "search_words",
      new TableIndex({ name: "ix_search_words_name", columnNames: ["firmId", "nameKey", "contactId", "word"] }),
    );
    await dropTables(runner, before);
  }
  async down(runner: QueryRunner): Promise<void> {
    await createTables(runner, before);
    await runner.query(
      "INSERT INTO contact_words (firmId, word, contactId) SELECT firmId, word, contactId FROM search_words",
    );
    await dropTables(runner, after);
  }
}
