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

export type DatabaseKind = "sqlite" | ServerKind;
type ServerKind = "mariadb" | "mysql";

/** MySQL joins in where it is named: `.ci/mysql.sh` starts one and prints its address. */
const servers: Readonly<Record<ServerKind, { name: string; url: string | undefined }>> = {
  mariadb: { name: "MariaDB", url: process.env.TEST_MARIADB_URL || "mysql://root@127.0.0.1:3306" },
  mysql: { name: "MySQL", url: process.env.TEST_MYSQL_URL || undefined },
};

function addressOf(kind: ServerKind): string {
  const { name, url } = servers[kind];
  if (url === undefined) throw new Error(`tests on ${name} need TEST_${name.toUpperCase()}_URL`);
  return url;
}

/** Asked while tests are still being described, hence in a process of its own that can be waited for. */
function isReachable(kind: ServerKind): boolean {
  const { hostname, port } = new URL(addressOf(kind));
  const probe =
    "require('node:net').connect(+process.argv[1], process.argv[2]).setTimeout(3000, () => process.exit(1))" +
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))";
  return spawnSync(process.execPath, ["-e", probe, port || "3306", hostname]).status === 0;
}

/** Each promise is kept on the server that its test names, and never twice on the same one. */
async function mustBe(kind: ServerKind, connection: Connection): Promise<void> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT VERSION() AS version");
  const version = String(rows[0]?.version);
  const found: ServerKind = /mariadb/i.test(version) ? "mariadb" : "mysql";
  if (found !== kind)
    throw new Error(
      `${new URL(addressOf(kind)).host} is ${servers[found].name} ${version}: name it by TEST_${servers[found].name.toUpperCase()}_URL`,
    );
}

/** What docs/operations.md says that Gatehouse needs: no test runs with more. */
export const LEAST_RIGHTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, REFERENCES";

/** An empty database of its own, and how to remove it. */
export interface FreshDatabase {
  url: string;
  /** Runs a statement that Gatehouse's own account has no right to. */
  administer(sql: string): Promise<void>;
  drop(): Promise<void>;
}

/** Makes an empty database: SQLite in a temporary directory, MariaDB (`TEST_MARIADB_URL`) and MySQL (`TEST_MYSQL_URL`) under a random name. */
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
    const connection = await createConnection({ uri: addressOf(kind), connectTimeout: 3000, disableEval: true });
    try {
      await mustBe(kind, connection);
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  // The account is called as its database.
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
  /** Several processes may use it, and transactions run beside each other: MariaDB and MySQL. */
  isServer: boolean;
  /** The database's address; only within a test or hook. */
  url(): string;
  /** Runs a statement on the server that Gatehouse's own account has no right to. */
  administer(sql: string): Promise<void>;
  /** Opens it with all tables; closed after the tests by itself. Each call is an instance of its own. */
  open(): Promise<DataSource>;
}

/**
 * Describes the same on SQLite, MariaDB and, where `TEST_MYSQL_URL` names one, MySQL, each fresh for this block. What cannot be reached is
 * skipped with a warning, or fails when `REQUIRE_SERVICES=1`.
 */
export function describeOnDatabases(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["sqlite", "mariadb", "mysql"], name, body);
}
/** As describeOnDatabases, for what only a database server can do. */
export function describeOnDatabaseServers(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["mariadb", "mysql"], name, body);
}

function describeOn(kinds: readonly DatabaseKind[], name: string, body: (database: TestDatabase) => void): void {
  for (const kind of kinds) {
    // Said once for the whole run, by announce-services.cjs.
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
      }, 30_000);
      afterAll(async () => {
        for (const source of opened) if (source.isInitialized) await source.destroy();
        await fresh?.drop();
      }, 30_000);

      body({
        name: kind,
        isServer: kind !== "sqlite",
        url,
        administer: (sql) => existing().administer(sql),
        open: async () => {
          const source = await openDatabase({ url: url(), entities, migrations });
          opened.push(source);
          return source;
        },
      });
    });
  }
}
