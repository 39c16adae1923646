import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import type { DataSource } from "typeorm";
import { entities, migrations } from "../entities.js";
import { openDatabase } from "../platform/database/database.js";
import { databaseAddress } from "../platform/database/database-address.js";

export type DatabaseKind = "sqlite" | ServerKind;
type ServerKind = "mariadb" | "mysql";

/** MySQL is optional: `.ci/mysql.sh` starts one and prints its URL. */
const servers: Readonly<Record<ServerKind, { name: string; url: string | undefined }>> = {
  mariadb: { name: "MariaDB", url: process.env.TEST_MARIADB_URL || "mysql://root@127.0.0.1:3306" },
  mysql: { name: "MySQL", url: process.env.TEST_MYSQL_URL || undefined },
};

function addressOf(kind: ServerKind): string {
  const { name, url } = servers[kind];
  if (url === undefined) throw new Error(`tests on ${name} need TEST_${name.toUpperCase()}_URL`);
  return url;
}

/** Needed while tests are still being described, hence a synchronous child process. */
function isReachable(kind: ServerKind): boolean {
  const { hostname, port } = new URL(addressOf(kind));
  const probe =
    "require('node:net').connect(+process.argv[1], process.argv[2]).setTimeout(3000, () => process.exit(1))" +
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))";
  return spawnSync(process.execPath, ["-e", probe, port || "3306", hostname]).status === 0;
}

/** A test's name says which server it ran on, so another one behind the URL is refused. */
async function mustBe(kind: ServerKind, connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT VERSION() AS version");
  const version = String(rows[0]?.version);
  const found: ServerKind = /mariadb/i.test(version) ? "mariadb" : "mysql";
  if (found !== kind)
    throw new Error(
      `${new URL(addressOf(kind)).host} is ${servers[found].name} ${version}: set TEST_${servers[found].name.toUpperCase()}_URL`,
    );
}

/** The rights that docs/operations.md lists: no test runs with more. */
export const LEAST_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES";

/** A separate empty database, and how to remove it. */
export interface FreshDatabase {
  url: string;
  /** Runs a statement that Gatehouse's own account may not run. */
  administer(sql: string): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Creates an empty database: SQLite in a temporary directory, MariaDB (`TEST_MARIADB_URL`) or MySQL (`TEST_MYSQL_URL`) under a
 * random name, with an account of the same name.
 */
export async function freshDatabaseUrl(kind: DatabaseKind): Promise<FreshDatabase> {
  if (kind === "sqlite") {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
    return {
      url: `sqlite:${join(directory, "gatehouse.db")}`,
      administer: () => Promise.reject(new Error("SQLite has no rights")),
      drop: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
    };
  }
  const name = `gatehouse_test_${randomBytes(6).toString("hex")}`;
  const administer = async (...statements: string[]) => {
    const connection = await createConnection({ uri: addressOf(kind), connectTimeout: 30_000, disableEval: true });
    try {
      await mustBe(kind, connection);
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  const password = randomBytes(12).toString("hex");
  await administer(
    `CREATE DATABASE ${name}`,
    `CREATE USER ${name} IDENTIFIED BY '${password}'`,
    `GRANT ${LEAST_RIGHTS} ON \`${name.replaceAll("_", "\\_")}\`.* TO ${name}`,
  );
  const url = new URL(addressOf(kind));
  Object.assign(url, { pathname: `/${name}`, username: name, password });
  return {
    url: url.toString(),
    administer: (sql) => administer(`USE ${name}`, sql),
    drop: () => administer(`DROP DATABASE ${name}`, `DROP USER ${name}`),
  };
}

export interface TestDatabase {
  name: DatabaseKind;
  /** MariaDB or MySQL: several processes may use it, and transactions run in parallel. */
  isServer: boolean;
  /** The database's URL; available only within a test or hook. */
  url(): string;
  /** Runs a statement that Gatehouse's own account may not run. */
  administer(sql: string): Promise<void>;
  /** Opens it with all tables and closes it after the tests. Each call is a separate instance. */
  open(): Promise<DataSource>;
}

/**
 * Describes the same tests on SQLite, MariaDB and, if `TEST_MYSQL_URL` is set, MySQL, each fresh for this block. A server that
 * cannot be reached is skipped with a warning, or fails if `REQUIRE_SERVICES=1`.
 */
export function describeOnDatabases(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["sqlite", "mariadb", "mysql"], name, body);
}
/** Like describeOnDatabases, for what only a database server can do. */
export function describeOnDatabaseServers(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["mariadb", "mysql"], name, body);
}

function describeOn(kinds: readonly DatabaseKind[], name: string, body: (database: TestDatabase) => void): void {
  for (const kind of kinds) {
    // announce-services.cjs reports this once for the whole run.
    if (kind !== "sqlite" && servers[kind].url === undefined) continue;
    if (kind !== "sqlite" && process.env.REQUIRE_SERVICES !== "1" && !isReachable(kind)) {
      console.warn(`SKIPPED: "${name}" on ${servers[kind].name}: ${new URL(addressOf(kind)).host} cannot be reached`);
      continue;
    }
    describe(`${name} (${kind})`, () => {
      let fresh: FreshDatabase | null = null;
      const opened: DataSource[] = [];
      const existing = () => {
        if (!fresh) throw new Error("the database exists only within tests and hooks");
        return fresh;
      };
      const url = () => existing().url;

      beforeAll(async () => {
        fresh = await freshDatabaseUrl(kind);
      });
      afterAll(async () => {
        for (const source of opened) if (source.isInitialized) await source.destroy();
        await fresh?.drop();
      });

      body({
        name: kind,
        isServer: kind !== "sqlite",
        url,
        administer: (sql) => existing().administer(sql),
        open: async () => {
          const source = await openDatabase({ address: databaseAddress(url()), entities, migrations });
          opened.push(source);
          return source;
        },
      });
    });
  }
}
