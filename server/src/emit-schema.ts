import "reflect-metadata";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { lexicographicSortSchema, printSchema } from "graphql";
import { createSchema } from "./schema.js";

/** Writes schema.graphql, the contract for pages and integrators; `--check` fails if it differs from the code. */
const file = join(dirname(fileURLToPath(import.meta.url)), "../schema.graphql");
const text = `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
if (!process.argv.includes("--check")) writeFileSync(file, text);
else if (readFileSync(file, "utf8") !== text) {
  console.error("server/schema.graphql differs from the code: run `npm run schema` and commit it.");
  process.exitCode = 1;
}
