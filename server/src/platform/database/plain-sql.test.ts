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
  "commands/firm.commands.ts": "not moved yet",
  "commands/key-usage.ts": "not moved yet",
  "commands/rotate-keys.command.ts": "not moved yet",
  "features/own-security/own-passkeys.service.ts": "not moved yet",
  "features/passkeys/passkeys.service.ts": "not moved yet",
  "features/sign-in/account-door.ts": "not moved yet",
  "features/sign-in/attempts.service.ts": "not moved yet",
  "features/sign-in/link-door.ts": "not moved yet",
  "features/sign-in/password-sign-in.service.ts": "not moved yet",
  "features/sign-in/sign-in-challenges.ts": "not moved yet",
  "features/sign-in/team-password-requests.service.ts": "not moved yet",
  "features/sign-in/team-password.service.ts": "not moved yet",
  "features/two-factor/authenticator-enrollment.service.ts": "not moved yet",
  "features/two-factor/second-factor.service.ts": "not moved yet",
} as const;

it("SQL names its tables and columns by their entities, so that tsc follows a rename; what does not is listed", () => {
  const found = plainStatements(join(__dirname, "../.."));
  expect(found.filter(({ file }) => !(file in allowed))).toEqual([]);
  // Nothing is allowed for nothing.
  expect(Object.keys(allowed).filter((name) => !found.some(({ file }) => file === name))).toEqual([]);
});
