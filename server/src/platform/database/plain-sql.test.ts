import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { plainStatements } from "../../testing/source-statements.js";

/** Where SQL may be plain text, and why. Migrations are history and are not checked here. */
const allowed = {
  "commands/doctor/database-checks.ts": "asks about the server, and names TypeORM's own table of migrations",
  "commands/doctor/replica-checks.ts": "asks about the server, and names TypeORM's own table of migrations",
  "platform/database/replica-host.ts": "asks about the server, and names TypeORM's own table of migrations",
  "commands/doctor/member-checks.ts": "asks each server about its group, which is in its own catalogue",
  "platform/database/database.ts": "reads the server's version, and names no table",
  "platform/database/database-hosts.ts": "asks whether the server is read-only, and names no table",
  "platform/database/dialect.ts": "inserts a hint into text that it receives",
  "platform/database/sql.ts": "builds the SQL text",
  "platform/database/table-check.ts": "reads the database's own catalogue",
  "commands/firm-transfer.ts": "reads and writes every table by its entity's metadata",
} as const;

it("SQL names its tables and columns by their entities, so that tsc follows a rename; exceptions are listed", () => {
  const found = plainStatements(join(__dirname, "../.."));
  expect(found.filter(({ file }) => !(file in allowed))).toEqual([]);
  // No exception is unused.
  expect(Object.keys(allowed).filter((name) => !found.some(({ file }) => file === name))).toEqual([]);
});
