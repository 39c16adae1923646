import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Bench, Result, Row } from "./bench.js";
import { keepRunning, root } from "./processes.js";
import { besideOf, keep, machineOf, onServersOf, resultText, writeReport } from "./report.js";
import { feed, feedSteady } from "./rows/feed.js";
import { depthAndSearch, portalStats } from "./rows/lists.js";
import { contactDetails, contactsPage } from "./rows/reads.js";
import { magicLinkClaim, readsBesideSignIns, signIn, totpVerify } from "./rows/sign-in.js";
import { signInBesideGuest } from "./rows/sign-in-beside-guest.js";
import { coldStart, firstLoad } from "./rows/start.js";
import { connectTo, firmOf } from "./seed.js";

const rows: Row[] = [
  contactsPage,
  contactDetails,
  portalStats,
  depthAndSearch,
  signIn,
  signInBesideGuest,
  readsBesideSignIns,
  totpVerify,
  magicLinkClaim,
  feed,
  feedSteady,
  coldStart,
  firstLoad,
];

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    beside: { type: "string" },
    also: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const names = rows.map(({ name }) => name);
/** Rows with nothing to verify: figures only. */
const figures = [readsBesideSignIns, feedSteady, coldStart, firstLoad].map(({ name }) => name);
const only = values.only?.split(",") ?? (values.quick ? names.filter((name) => !figures.includes(name)) : names);
const unknown = only.filter((name) => !names.includes(name));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`There is no row ${unknown.join(", ")}.`);
  console.log(
    `npm run bench -- [--quick] [--rounds 5] [--beside folder-of-another-tree] [--also url-of-another-database-server] [--only ${names.join(",")}]`,
  );
  process.exit(unknown.length > 0 ? 2 : 0);
}

const startedAt = performance.now();
const say = (what: string) => console.log(`[bench] ${((performance.now() - startedAt) / 1000).toFixed(0)} s: ${what}`);
const SERVER = process.env.BENCH_MYSQL_URL ?? "mysql://root@127.0.0.1:3306";
/** The server's version, and the settings that decide how fast it reads and commits. */
async function describeServer(url: string): Promise<string> {
  const db = await connectTo(url);
  try {
    const [[row]] = (await db.query(
      `SELECT VERSION() AS version, @@innodb_buffer_pool_size DIV 1048576 AS pool, @@innodb_flush_log_at_trx_commit AS flush,
         @@log_bin AS binlog, @@sync_binlog AS sync`,
    )) as unknown as [[Record<"version" | "pool" | "flush" | "binlog" | "sync", string | number>]];
    const kind = String(row.version).includes("MariaDB") ? "MariaDB" : "MySQL";
    const binlog = Number(row.binlog) === 0 ? "no binary log" : `a binary log (sync_binlog ${row.sync})`;
    return `${kind} ${row.version} with a buffer pool of ${row.pool} MiB, innodb_flush_log_at_trx_commit ${row.flush} and ${binlog}`;
  } finally {
    await db.end();
  }
}
const servers = [SERVER, ...(values.also === undefined ? [] : [values.also])];
const databases = await Promise.all(servers.map(describeServer)).catch((error: unknown) => {
  const problem = `The bench needs MariaDB or MySQL at ${servers.join(" and ")} (BENCH_MYSQL_URL): ${String(error)}`;
  if (process.env.REQUIRE_SERVICES === "1" || !values.quick) throw new Error(problem);
  console.log(`SKIPPED: ${problem}`);
  process.exit(0);
});

const hasPeers = values.also === undefined && existsSync(`${root}server/bench/dist/peers/yoga.js`);
if (!hasPeers) say("no peers: measuring only the floor and Gatehouse");
const manifest = JSON.parse(readFileSync(`${root}server/bench/package.json`, "utf8")) as {
  dependencies: Record<string, string>;
};
const machine = machineOf(databases.join("; "), hasPeers ? manifest.dependencies : null);
say(machine);

const benchOn = (server: string): Bench => ({
  rounds: values.quick ? 1 : Number(values.rounds),
  isQuick: values.quick,
  hasPeers,
  beside: values.beside ?? null,
  say,
  firm: (contacts) => firmOf(server, values.quick ? Math.min(contacts, 2000) : contacts, say),
});
const bench = benchOn(SERVER);
/** The same row on each server, one right after the other. No goal compares the two: they are different programs. */
async function measureOnServers(row: Row): Promise<Result> {
  const all: Result = { tables: [], goals: [], notes: [] };
  for (const [index, server] of servers.entries()) {
    say(databases[index] ?? server);
    const { tables, notes } = await row.measure(benchOn(server));
    const name = databases[index]?.split(" with ")[0] ?? server;
    all.tables.push(...tables.map((table) => ({ ...table, title: [name, table.title].filter(Boolean).join(": ") })));
    all.notes = notes;
  }
  return all;
}
const failed: string[] = [];
if (values.quick) keepRunning();
for (const row of rows) {
  if (!only.includes(row.name)) continue;
  say(row.title);
  try {
    const result = await (values.also === undefined ? row.measure(bench) : measureOnServers(row));
    if (values.quick) continue;
    const kept = values.also !== undefined ? onServersOf(row) : bench.beside !== null ? besideOf(row) : row;
    keep(kept, result, bench.rounds, machine);
    console.log(`\n${resultText(result)}\n`);
  } catch (error) {
    // The other rows are still worth having.
    failed.push(row.name);
    console.error(`FAILED ${row.name}:`, error);
  }
}
if (!values.quick) {
  writeReport(rows);
  say("wrote server/bench/RESULTS.md");
}
if (failed.length > 0) say(`failed: ${failed.join(", ")}`);
else if (values.quick) say("correct: the answers agree and nothing is lost; quick mode gives no figures");
process.exit(failed.length > 0 ? 1 : 0);
