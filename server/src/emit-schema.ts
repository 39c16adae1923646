import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lexicographicSortSchema, printSchema } from "graphql";
import { startApp } from "./app.js";
import { readConfig } from "./platform/config/config.js";

/** Writes schema.graphql, the contract that pages and integrators read; `--check` fails when it differs from the code. */
const file = join(dirname(fileURLToPath(import.meta.url)), "../schema.graphql");
const directory = mkdtempSync(join(tmpdir(), "gatehouse-schema-"));
const env = { DATABASE_URL: `sqlite:${join(directory, "schema.sqlite")}`, DEMO: "0", PORT: "0", LOG_LEVEL: "silent" };
const app = await startApp(readConfig(env, directory));
const text = `${printSchema(lexicographicSortSchema(app.schema))}\n`;
await app.close();
rmSync(directory, { recursive: true, force: true });
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error("server/schema.graphql differs from the code: run `npm run schema` and commit it.");
    process.exit(1);
  }
} else writeFileSync(file, text);
process.exit(0);
