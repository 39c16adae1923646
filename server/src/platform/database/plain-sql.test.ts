import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { plainStatements } from "../../testing/source-statements.js";

/** Where SQL may be plain text, and why. Migrations are history, and are not read here. */
const allowed = {
  "http-routes.ts": "asks whether the database answers, and names no table",
  "platform/database/database.ts": "asks for the server's version, and names no table",
  "platform/database/dialect.ts": "writes a hint into a text that it is given",
  "platform/database/run-migrations.ts": "a lock by name, before there are tables",
  "platform/database/sql.ts": "makes the texts",
} as const;

it("SQL names its tables and columns by their entities, so that tsc follows a rename; what does not is listed", () => {
  const found = plainStatements(join(__dirname, "../.."));
  expect(found.filter(({ file }) => !(file in allowed))).toEqual([]);
  // Nothing is allowed for nothing.
  expect(Object.keys(allowed).filter((name) => !found.some(({ file }) => file === name))).toEqual([]);
});
