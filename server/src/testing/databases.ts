import { randomBytes } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "@jest/globals";
import { createConnection } from "mysql2/promise";
import type { DataSource } from "typeorm";
import { entities, migrations } from "../entities.js";
import { openDatabase } from "../platform/database/database.js";

export type DatabaseKind = "sqlite" | "mysql";

const mysqlServer = () => process.env.TEST_MYSQL_URL ?? "mysql://root@127.0.0.1:3306";

/** Needed while tests are still being described, hence a synchronous child process. */
function isMysqlReachable(): boolean {
  const { hostname, port } = new URL(mysqlServer());
  const probe =
    "require('node:net').connect(+process.argv[1], process.argv[2]).setTimeout(3000, () => process.exit(1))" +
    ".on('connect', () => process.exit(0)).on('error', () => process.exit(1))";
  return spawnSync(process.execPath, ["-e", probe, port || "3306", hostname]).status === 0;
}

/** A separate empty database, and how to remove it. */
export interface FreshDatabase {
  url: string;
  drop(): Promise<void>;
}

/**
 * Creates an empty database: SQLite in a temporary directory, MySQL or MariaDB (`TEST_MYSQL_URL`) under a random name.
 */
export async function freshDatabaseUrl(kind: DatabaseKind): Promise<FreshDatabase> {
  if (kind === "sqlite") {
    const directory = mkdtempSync(join(tmpdir(), "gatehouse-test-"));
    return {
      url: `sqlite:${join(directory, "gatehouse.db")}`,
      drop: () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
    };
  }
  const name = `gatehouse_test_${randomBytes(6).toString("hex")}`;
  const run = async (sql: string) => {
    const connection = await createConnection({ uri: mysqlServer(), connectTimeout: 3000, disableEval: true });
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(mysqlServer());
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => run(`DROP DATABASE ${name}`) };
}

export interface TestDatabase {
  name: DatabaseKind;
  /** The database's URL; available only within a test or hook. */
  url(): string;
  /** Opens it with all tables and closes it after the tests. Each call is a separate instance. */
  open(): Promise<DataSource>;
}

/**
 * Describes the same tests on both databases, each fresh for this block. Without a reachable MySQL its half is skipped
 * with a warning, or fails if `REQUIRE_SERVICES=1`.
 */
export function describeOnBothDatabases(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["sqlite", "mysql"], name, body);
}
/** Like describeOnBothDatabases, for what only a database server can do. */
export function describeOnMysql(name: string, body: (database: TestDatabase) => void): void {
  describeOn(["mysql"], name, body);
}

function describeOn(kinds: readonly DatabaseKind[], name: string, body: (database: TestDatabase) => void): void {
  for (const kind of kinds) {
    if (kind === "mysql" && process.env.REQUIRE_SERVICES !== "1" && !isMysqlReachable()) {
      console.warn(`SKIPPED: "${name}" on MySQL: ${new URL(mysqlServer()).host} cannot be reached`);
      continue;
    }
    describe(`${name} (${kind})`, () => {
      let fresh: FreshDatabase | null = null;
      const opened: DataSource[] = [];
      const url = () => {
        if (!fresh) throw new Error("the database exists only within tests and hooks");
        return fresh.url;
      };

      beforeAll(async () => {
        fresh = await freshDatabaseUrl(kind);
      }, 30_000);
      afterAll(async () => {
        for (const source of opened) if (source.isInitialized) await source.destroy();
        await fresh?.drop();
      }, 30_000);

      body({
        name: kind,
        url,
        open: async () => {
          const source = await openDatabase({ url: url(), entities, migrations });
          opened.push(source);
          return source;
        },
      });
    });
  }
}
