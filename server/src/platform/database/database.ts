import { basename, dirname } from "node:path";
import { DataSource, type DataSourceOptions, type MigrationInterface } from "typeorm";
import mysql2, { type PoolOptions } from "mysql2";
import { createConnection } from "mysql2/promise";
import { KEYS_FILE } from "../config/config.js";
import { keepDirectoryPrivate, keepFilePrivate, makePrivateFile } from "../private-files.js";
import { planRows } from "./planned-rows.js";
import { PREPARED_STATEMENTS } from "./prepared-rows.js";
import { SqliteDatabase } from "./sqlite-driver.js";
import { isolateSqlite } from "./sqlite-isolation.js";
import { runMigrationsOnce } from "./run-migrations.js";

export interface DatabaseOptions {
  /** `sqlite:<file>` or `mysql://user:password@host:3306/name` (also for MariaDB). */
  url: string;
  entities: (new () => object)[];
  migrations: (new () => MigrationInterface)[];
  poolSize?: number;
  /** Only looks: creates no file, changes no mode and migrates nothing. */
  isInspection?: boolean;
}

/** Generates no code from columns: production runs with `--disallow-code-generation-from-strings`. */
const WITHOUT_GENERATED_CODE = { disableEval: true } as const;

/** The driver, with each connection set to one isolation level when it opens, so that transactions need not set it. */
const readCommitted = {
  ...mysql2,
  createPool: (options: PoolOptions) => {
    const pool = mysql2.createPool(options);
    pool.on("connection", (connection) => {
      planRows(connection);
      // Code that reads a row before locking it must see the row's current state once it holds the lock.
      connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", (error: Error | null) => {
        // A connection with any other isolation level must not be used.
        if (error) connection.destroy();
      });
    });
    return pool;
  },
};

const sqliteFile = (url: string) => url.slice("sqlite:".length);

/** Suffixes of the files that SQLite keeps beside a database. It creates them with the database's own mode. */
const BESIDE = ["-wal", "-shm", "-journal"];

/**
 * The file holds every client's address and documents: no other user of the machine may read it, whatever the umask.
 */
function keepPrivate(file: string): void {
  const names = new Set(["", ...BESIDE].map((end) => basename(file) + end).concat(KEYS_FILE));
  keepDirectoryPrivate(dirname(file), (name) => names.has(name));
  makePrivateFile(file);
  for (const end of BESIDE) keepFilePrivate(file + end);
}

/** MariaDB speaks MySQL's protocol but needs TypeORM's other dialect. */
async function mysqlFlavour(url: string): Promise<"mysql" | "mariadb"> {
  const connection = await createConnection({ uri: url, ...WITHOUT_GENERATED_CODE });
  try {
    const [rows] = await connection.query("SELECT VERSION() AS version");
    return /mariadb/i.test(String((rows as { version: string }[])[0]?.version)) ? "mariadb" : "mysql";
  } finally {
    await connection.end();
  }
}

/** Opens the database and migrates it. When several instances start together, one of them migrates. */
export async function openDatabase({
  url,
  entities,
  migrations,
  poolSize = 10,
  isInspection = false,
}: DatabaseOptions): Promise<DataSource> {
  const common = {
    entities,
    migrations,
    synchronize: false,
    logging: false,
    migrationsTransactionMode: "each",
  } as const;
  let options: DataSourceOptions;
  if (url.startsWith("sqlite:")) {
    const file = sqliteFile(url);
    if (file !== ":memory:" && !isInspection) keepPrivate(file);
    options = {
      ...common,
      type: "better-sqlite3",
      database: file,
      driver: SqliteDatabase,
      enableWAL: !isInspection,
      // A WAL database that is reopened falls back to NORMAL, under which a power failure could lose a commit.
      prepareDatabase: (database: SqliteDatabase) => void database.pragma("synchronous = FULL"),
    };
  } else {
    const mysqlUrl = url.replace(/^mariadb:/, "mysql:");
    options = {
      ...common,
      type: await mysqlFlavour(mysqlUrl),
      url: mysqlUrl,
      charset: "utf8mb4",
      timezone: "Z",
      supportBigNumbers: true,
      bigNumberStrings: false,
      poolSize,
      driver: readCommitted,
      extra: { maxPreparedStatements: PREPARED_STATEMENTS, ...WITHOUT_GENERATED_CODE },
    };
  }
  const dataSource = new DataSource(options);
  if (options.type === "better-sqlite3") isolateSqlite(dataSource);
  await dataSource.initialize();
  try {
    if (!isInspection) await runMigrationsOnce(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
