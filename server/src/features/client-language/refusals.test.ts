import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";

const features = join(__dirname, "..");
/** Where a client can be refused. Refusals that only the firm's team and programs can get are in English. */
const reached = [
  "devices",
  "limits",
  "magic-links",
  "mailed-tokens",
  "not-me",
  "own-security",
  "passkeys",
  "passwords",
  "portal-accounts",
  "portal-mail-requests",
  "sessions",
  "sign-in",
  "team-passwords",
  "two-factor",
  "viewers",
];
const files = [
  ...reached.flatMap((folder) => readdirSync(join(features, folder)).map((file) => join(folder, file))),
  "security-mode/must-allow-login.ts",
].filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
/** For programs, which alone can send such input, and for the firm's team. */
const notForClients = /TOKEN is refused|A device key has|sign in with this email at another firm/;
/** The end of a statement, or of a table's entry. */
const END = /;|\),\n {2}["\w]/;

describe("a refusal that a client can get", () => {
  it("takes its sentence from the words of both languages", () => {
    const untranslated = files.flatMap((file) =>
      readFileSync(join(features, file), "utf8")
        .split("new Refusal(")
        .slice(1)
        .map((rest) => rest.split(END, 1)[0] ?? "")
        .filter((call) => /["'`]/.test(call.replaceAll(/"\w*"/g, "")) && !notForClients.test(call))
        .map((call) => `${file}: ${call}`),
    );
    expect(untranslated).toEqual([]);
  });
});
