import { NO_GALERA } from "../../platform/database/database.js";
import type { RowDataPacket } from "mysql2";
import type { DataSource, EntityManager } from "typeorm";
import { IS_READ_ONLY, isReadOnlyIn } from "../../platform/database/database-hosts.js";
import { knownMigrations } from "../../platform/database/read-replicas.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { keyUsage, stillNeeded, unusable } from "../key-usage.js";
import { unreadableValues } from "../rotate-keys.command.js";
import { Findings, reasonOf, type Finding } from "./finding.js";
import { rightsIn } from "./grants.js";
import { spellingChecks } from "./spelling-checks.js";

/** A code from an authenticator is accepted one step of 30 seconds either side. */
const CLOCK_MS = { warn: 1000, fail: 15_000 };
/** A firm's logo is the largest value that is written. */
const PACKET_BYTES = 4_194_304;

type Row = Record<string, unknown>;

/** The migrations that have run, and those that have not; null if the database is empty. */
async function migrationsIn(dataSource: DataSource): Promise<{ pending: string[]; unknown: string[] } | null> {
  let rows: Row[];
  try {
    rows = await dataSource.query("SELECT name FROM migrations");
  } catch {
    return null;
  }
  const done = new Set(rows.map(({ name }) => String(name)));
  const known = knownMigrations(dataSource);
  return {
    pending: known.filter((name) => !done.has(name)),
    unknown: [...done].filter((name) => !known.includes(name)),
  };
}

/** What a MySQL or MariaDB server must be like. */
async function serverChecks(
  dataSource: DataSource,
  { findings, isLocal, mustMigrate }: { findings: Findings; isLocal: boolean; mustMigrate: boolean },
): Promise<void> {
  const one = async (text: string): Promise<Row> => ((await dataSource.query(text)) as Row[])[0] ?? {};
  const { version } = await one("SELECT VERSION() AS version");
  findings.ok(`${/mariadb/i.test(String(version)) ? "MariaDB" : "MySQL"} ${String(version)}`);

  const { Value: cipher = "" } = await one("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  if (cipher !== "") findings.ok(`the connection is encrypted (${String(cipher)})`);
  else if (isLocal) findings.ok("the connection stays on this machine");
  else findings.warn("the connection is not encrypted", "Use TLS, or keep the database on a private network.");

  const before = Date.now();
  const { at } = await one("SELECT UNIX_TIMESTAMP(NOW(3)) AS at");
  const off = Math.round(Number(at) * 1000 - (before + Date.now()) / 2);
  const apart = `the database's clock is ${Math.abs(off) / 1000} s ${off < 0 ? "behind" : "ahead of"} this machine's`;
  if (Math.abs(off) < CLOCK_MS.warn) findings.ok("the database's clock agrees with this machine's");
  else if (Math.abs(off) < CLOCK_MS.fail) findings.warn(apart, "Turn NTP on on both machines.");
  else
    findings.fail(
      apart,
      "Turn NTP on on both machines: one of them is wrong, and codes are refused if it is this one.",
    );

  const session = await one("SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')");
  if (session.Value === "READ-COMMITTED") findings.ok("isolation READ COMMITTED, as the server sets it");
  else
    findings.fail(
      `isolation ${String(session.Value)}`,
      "Something between resets the session: connect to the database directly.",
    );
  const { Value: mode } = await one("SHOW SESSION VARIABLES LIKE 'sql_mode'");
  if (/STRICT_(TRANS|ALL)_TABLES/.test(String(mode))) findings.ok("sql_mode is strict");
  else
    findings.fail(
      "sql_mode is not strict",
      "Add STRICT_TRANS_TABLES to sql_mode: values that do not fit would be cut off silently.",
    );
  const { Value: packet } = await one("SHOW VARIABLES LIKE 'max_allowed_packet'");
  if (Number(packet) < PACKET_BYTES) findings.fail(`max_allowed_packet is ${Number(packet)} bytes`, "Set it to 16M.");

  await replicationChecks(findings, one);
  await rightsChecks(dataSource, findings, mustMigrate);
}

async function replicationChecks(findings: Findings, one: (text: string) => Promise<Row>): Promise<void> {
  if (isReadOnlyIn([(await one(IS_READ_ONLY)) as RowDataPacket]))
    findings.fail("this member is read-only", "Name the primary in DATABASE_URL, or a router that leads to it.");
  else findings.ok("this member accepts writes");
  const { Value: galera } = await one("SHOW VARIABLES LIKE 'wsrep_on'");
  if (galera === "ON") findings.fail("this is a Galera cluster", NO_GALERA);
}

async function rightsChecks(dataSource: DataSource, findings: Findings, mustMigrate: boolean): Promise<void> {
  const grants = ((await dataSource.query("SHOW GRANTS")) as Row[]).map((row) => String(Object.values(row)[0]));
  const { missing, missingForMigrations, isTooMuch, hasRoles } = rightsIn(grants, String(dataSource.driver.database));
  const granted = 'See "The account on MySQL and MariaDB" in docs/operations.md.';
  if (missing.length > 0 && hasRoles) findings.warn("rights come through a role, and could not be checked", granted);
  else if (missing.length > 0) findings.fail(`the account lacks ${missing.join(", ")}`, granted);
  else if (missingForMigrations.length > 0 && mustMigrate)
    findings.fail(`the account cannot migrate: it lacks ${missingForMigrations.join(", ")}`, granted);
  else if (missingForMigrations.length > 0) findings.ok("the account has the four rights; migrations need another one");
  else findings.ok("the account has the nine rights");
  if (isTooMuch) findings.warn("the account has rights beyond this database", granted);
}

/** Whether the keys open what is stored. */
async function keyChecks(reader: EntityManager, keys: KeyRing): Promise<Finding[]> {
  const findings = new Findings("Keys");
  const usage = await keyUsage(reader);
  const lost = unusable(usage, keys);
  for (const line of lost) findings.fail(line, "Restore that key to SECRET_KEYS: its owners cannot sign in.");
  for (const { name, unreadable } of await unreadableValues(reader, keys))
    findings.fail(
      `${unreadable} ${name} cannot be decrypted`,
      "SECRET_KEYS lacks a key, or has another key under its id: restore the one that encrypted them.",
    );
  if (findings.list.length > 0) return findings.list;
  findings.ok("SECRET_KEYS opens everything that is stored");
  for (const line of stillNeeded(usage, keys)) findings.warn(line, 'Keep it; "keys rotate" moves what can be moved.');
  return findings.list;
}

/** Everything about an open database that has not been migrated here. */
export async function databaseChecks(
  dataSource: DataSource,
  { keys, isLocal }: { keys: KeyRing; isLocal: boolean },
): Promise<Finding[]> {
  const findings = new Findings("Database");
  const migrations = await migrationsIn(dataSource);
  const mustMigrate = migrations === null || migrations.pending.length > 0;
  try {
    if (dataSource.options.type === "better-sqlite3") findings.ok("SQLite opens");
    else await serverChecks(dataSource, { findings, isLocal, mustMigrate });
  } catch (error) {
    findings.fail(`a check failed: ${reasonOf(error)}`, "Mend what it names, and ask again.");
  }
  if (migrations === null) findings.warn("the database has no tables", "The server creates them at its first start.");
  else if (migrations.unknown.length > 0)
    findings.fail(
      `${migrations.unknown.length} migrations are of a later version: ${migrations.unknown.join(", ")}`,
      "Start the version that made them, or a later one.",
    );
  else if (migrations.pending.length > 0)
    findings.warn(
      `${migrations.pending.length} migrations are pending`,
      "Make a backup, and start the server or run any other command.",
    );
  else findings.ok("all migrations have run");
  if (mustMigrate) return findings.list;
  return [
    ...findings.list,
    ...(await keyChecks(dataSource.manager, keys)),
    ...(await spellingChecks(dataSource.manager)),
  ];
}
