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
}

/** No code is made of rows' columns: production runs with `--disallow-code-generation-from-strings`. */
const WITHOUT_GENERATED_CODE = { disableEval: true } as const;

/** The driver, whose connections have the isolation of every transaction from the start: it need not be set for each. */
const readCommitted = {
  ...mysql2,
  createPool: (options: PoolOptions) => {
    const pool = mysql2.createPool(options);
    pool.on("connection", (connection) => {
      planRows(connection);
      // Attempts and others look at a row before they lock it, and see it as it is once they have.
      connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", (error: Error | null) => {
        // Never one with another isolation.
        if (error) connection.destroy();
      });
    });
    return pool;
  },
};

const sqliteFile = (url: string) => url.slice("sqlite:".length);

/** The names of the files that SQLite keeps beside a database; each is made with the database's own mode. */
const BESIDE = ["-wal", "-shm", "-journal"];

/** Every client's address and papers stand in the file: nobody else on the machine reads it, whatever the umask says. */
function keepPrivate(file: string): void {
  const names = new Set(["", ...BESIDE].map((end) => basename(file) + end).concat(KEYS_FILE));
  keepDirectoryPrivate(dirname(file), (name) => names.has(name));
  makePrivateFile(file);
  for (const end of BESIDE) keepFilePrivate(file + end);
}

/** MariaDB speaks MySQL's protocol, but wants TypeORM's other dialect. */
async function mysqlFlavour(url: string): Promise<"mysql" | "mariadb"> {
  const connection = await createConnection({ uri: url, ...WITHOUT_GENERATED_CODE });
  try {
    const [rows] = await connection.query("SELECT VERSION() AS version");
    return /mariadb/i.test(String((rows as { version: string }[])[0]?.version)) ? "mariadb" : "mysql";
  } finally {
    await connection.end();
  }
}

/** Opens the database, and brings its tables up to date, once also when several instances start together. */
export async function openDatabase({ url, entities, migrations, poolSize = 10 }: DatabaseOptions): Promise<DataSource> {
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
    if (file !== ":memory:") keepPrivate(file);
    options = {
      ...common,
      type: "better-sqlite3",
      database: file,
      driver: SqliteDatabase,
      enableWAL: true,
      // A WAL file that is opened again falls back to NORMAL: a commit could be lost with the power.
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
    await runMigrationsOnce(dataSource);
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
