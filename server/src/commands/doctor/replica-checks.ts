import { setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { isThisMachine, type HostAndPort } from "../../platform/config/address.js";
import type { ServerAddress } from "../../platform/database/database-address.js";
import { connectTo, IS_READ_ONLY, isReadOnlyIn, kindOfServer } from "../../platform/database/database-hosts.js";
import { knownMigrations } from "../../platform/database/read-replicas.js";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { AuditCounter } from "../../features/audit/audit-event.entity.js";
import { Findings, reasonOf, type Finding } from "./finding.js";
import { rightsIn } from "./grants.js";

const CONNECT_MS = 3000;
/** How long a replica may take to show what the primary has. */
const CATCH_UP_MS = 2000;
const POLL_MS = 100;

const SEE = 'See "Read replicas" in docs/operations.md.';
const counters = table(AuditCounter);
const EVENTS = select({ n: computed<number>(sql`COALESCE(SUM(${counters.lastSeq}), 0)`, Number) }).from`${counters}`;
/** Two servers do not have all of this in common. */
const IDENTITY = "SELECT CONCAT_WS(' ', @@hostname, @@port, @@server_id, @@datadir) AS identity";

type Ask = (text: string) => Promise<RowDataPacket[]>;
const first = async (ask: Ask, text: string): Promise<Record<string, unknown>> => (await ask(text))[0] ?? {};

/** Everything about each server of DATABASE_REPLICA_URL, beside the open primary. */
export async function replicaChecks(address: ServerAddress, primary: DataSource): Promise<Finding[]> {
  const findings = new Findings("Replica");
  for (const host of address.hosts) await hostChecks(findings, address, host, primary);
  return findings.list;
}

async function hostChecks(
  findings: Findings,
  address: ServerAddress,
  host: HostAndPort,
  primary: DataSource,
): Promise<void> {
  const name = `${host.host}:${host.port}`;
  let connection: Connection | null = null;
  try {
    connection = await connectTo(address, host, { connectTimeout: CONNECT_MS });
    const open = connection;
    const ask: Ask = async (text) => (await open.query<RowDataPacket[]>({ sql: text, timeout: CONNECT_MS }))[0];
    await serverChecks(findings, { name, host, ask, primary });
    await rightsChecks(findings, name, ask, address.database);
    await contentChecks(findings, name, ask, primary);
  } catch (error) {
    findings.fail(
      `${name} cannot be used: ${reasonOf(error)}`,
      "The primary answers for it. Check DATABASE_REPLICA_URL: host, port, name, user and password.",
    );
  } finally {
    connection?.destroy();
  }
}

async function serverChecks(
  findings: Findings,
  { name, host, ask, primary }: { name: string; host: HostAndPort; ask: Ask; primary: DataSource },
): Promise<void> {
  const { version } = await first(ask, "SELECT VERSION() AS version");
  const kind = kindOfServer(version);
  if (kind === primary.options.type) findings.ok(`${name} answers (${String(version)})`);
  else findings.fail(`${name} is ${kind}, and the primary is not`, `Name a replica of the primary. ${SEE}`);

  const { Value: cipher = "" } = await first(ask, "SHOW SESSION STATUS LIKE 'Ssl_cipher'");
  if (cipher !== "") findings.ok(`${name}: the connection is encrypted (${String(cipher)})`);
  else if (isThisMachine(host.host)) findings.ok(`${name}: the connection stays on this machine`);
  else findings.warn(`${name}: the connection is not encrypted`, "Use TLS, or keep the database on a private network.");

  const { identity } = await first(ask, IDENTITY);
  const isPrimary = identity === (await first((text) => primary.query(text), IDENTITY)).identity;
  if (isPrimary)
    findings.warn(`${name} is the primary itself`, "Nothing is won by that, unless it is one of several hosts.");
  else if (isReadOnlyIn(await ask(IS_READ_ONLY))) findings.ok(`${name} is read-only`);
  else
    findings.warn(
      `${name} accepts writes`,
      "Set super_read_only (MySQL) or read_only (MariaDB): what is changed there appears in lists.",
    );
}

async function rightsChecks(findings: Findings, name: string, ask: Ask, database: string): Promise<void> {
  const grants = (await ask("SHOW GRANTS")).map((row) => String(Object.values(row)[0]));
  const { missing, isTooMuch, hasRoles } = rightsIn(grants, database);
  if (missing.includes("SELECT") && hasRoles)
    findings.warn(`${name}: rights come through a role, and could not be checked`, SEE);
  else if (missing.includes("SELECT")) findings.fail(`${name}: the account lacks SELECT`, SEE);
  else if (missing.length < MAY_LACK || isTooMuch)
    findings.warn(`${name}: the account has more rights than SELECT`, `It only reads. ${SEE}`);
  else findings.ok(`${name}: the account may only read`);
}
/** INSERT, UPDATE and DELETE. */
const MAY_LACK = 3;

async function contentChecks(findings: Findings, name: string, ask: Ask, primary: DataSource): Promise<void> {
  const done = new Set((await ask("SELECT name FROM migrations")).map((row) => String(row.name)));
  const missing = knownMigrations(primary).filter((migration) => !done.has(migration));
  if (missing.length > 0)
    findings.warn(
      `${name} lacks ${missing.length} migrations, so it is not used`,
      "Start the server, which migrates the primary, and let the replica catch up.",
    );
  const eventsOn = async (on: Ask) => EVENTS.rowsOf(await on(EVENTS.sqlText))[0]?.n ?? 0;
  const wanted = await eventsOn((text) => primary.query(text));
  const until = performance.now() + CATCH_UP_MS;
  let behind = wanted - (await eventsOn(ask));
  while (behind > 0 && performance.now() < until) {
    await wait(POLL_MS);
    behind = wanted - (await eventsOn(ask));
  }
  if (behind > 0)
    findings.warn(
      `${name} is ${behind} events behind the primary, after ${CATCH_UP_MS / 1000} seconds`,
      "Look at SHOW REPLICA STATUS there. The primary answers for it meanwhile.",
    );
  else findings.ok(`${name} has all events that the primary has`);
}
