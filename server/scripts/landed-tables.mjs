// Run at a release, after a build: from then on, the migrations that follow must leave this version's tables usable.
import "reflect-metadata";
import { readFileSync, writeFileSync } from "node:fs";
import { entities, migrations } from "../dist/entities.js";
import { openDatabase } from "../dist/platform/database/database.js";
import { neededTables } from "../dist/platform/database/table-check.js";

const file = new URL("../src/migrations/landed.json", import.meta.url);
const database = await openDatabase({ address: { kind: "sqlite", file: ":memory:" }, entities, migrations });
const landed = { ...JSON.parse(readFileSync(file, "utf8")), tables: neededTables(database) };
writeFileSync(file, JSON.stringify(landed));
await database.destroy();
