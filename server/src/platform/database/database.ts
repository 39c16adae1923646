import { basename, dirname } from "node:path";
import { DataSource, type DataSourceOptions, type MigrationInterface } from "typeorm";
import mysql2 from "mysql2";
import { KEYS_FILE } from "../config/config.js";
import { StartRefused } from "../config/faults.js";
import { keepDirectoryPrivate, keepFilePrivate, makePrivateFile, mustBeWritable } from "../private-files.js";
import { credentialsOf, type DatabaseAddress, type ServerAddress } from "./database-address.js";
import { connectToPrimary, followPrimary, kindOfServer, VALUES, WITHOUT_GENERATED_CODE } from "./database-hosts.js";
import { boundedMysql } from "./mysql-pool.js";
import { PREPARED_STATEMENTS } from "./prepared-rows.js";
import { SqliteDatabase } from "./sqlite-driver.js";
import { isolateSqlite } from "./sqlite-isolation.js";
import { runMigrationsOnce } from "./run-migrations.js";
import { mustMatchEntities } from "./table-check.js";
import { FOR_READS } from "./transaction.js";

export interface DatabaseOptions {
  address: DatabaseAddress;
  entities: (new () => object)[];
  migrations: (new () => MigrationInterface)[];
  poolSize?: number;
  /** Only looks: creates no file, changes no mode and migrates nothing. */
  isInspection?: boolean;
}

/** Ten for writers, and those for reads. */
const POOL_SIZE = 10 + FOR_READS;

/** Suffixes of the files that SQLite keeps beside a database. It creates them with the database's own mode. */
const BESIDE = ["-wal", "-shm", "-journal"];

/**
 * The file holds every client's address and documents: no other user of the machine may read it, whatever the umask.
 */
function keepPrivate(file: string): void {
  const names = new Set(["", ...BESIDE].map((end) => basename(file) + end).concat(KEYS_FILE));
  keepDirectoryPrivate(dirname(file), (name) => names.has(name));
  makePrivateFile(file);
  // SQLite creates files beside it.
  mustBeWritable(dirname(file));
  for (const end of BESIDE) keepFilePrivate(file + end);
}

/** A refused connection to a name with several addresses has a code and no message. */
const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return [code, message].filter(Boolean).join(": ");
};

/** Why no server runs on a Galera cluster; the doctor says it too. */
export const NO_GALERA =
  "The database is a Galera cluster (wsrep_on), on which Gatehouse does not run: a row locked on one node is not locked on the others, so two requests could both pass a check that one may pass. Use one MariaDB with replicas, or MySQL's Group Replication.";

/** MariaDB speaks MySQL's protocol but needs TypeORM's other dialect. */
async function mysqlFlavour(address: ServerAddress, mustRun: boolean): Promise<"mysql" | "mariadb"> {
  const connection = await connectToPrimary(address).catch((error: unknown) => {
    const at = address.hosts.map(({ host, port }) => `${host}:${port}`).join(", ");
    throw new StartRefused(`The database at ${at} cannot be used: ${reasonOf(error)}.`);
  });
  try {
    const [rows] = await connection.query("SELECT VERSION() AS version");
    const [galera] = await connection.query("SHOW VARIABLES LIKE 'wsrep_on'");
    if (mustRun && (galera as { Value: string }[])[0]?.Value === "ON") throw new StartRefused(NO_GALERA);
    return kindOfServer((rows as { version: string }[])[0]?.version);
  } finally {
    await connection.end();
  }
}

/**
 * Opens the database and migrates it. When several instances start together, one of them migrates. Throws an error that
 * names every table, column and index that does not match the entities.
 */
export async function openDatabase({
  address,
  entities,
  migrations,
  poolSize = POOL_SIZE,
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
  if (address.kind === "sqlite") {
    const { file } = address;
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
    const { user, ...credentials } = credentialsOf(address);
    options = {
      ...common,
      ...credentials,
      ...address.hosts[0],
      type: await mysqlFlavour(address, !isInspection),
      username: user,
      ...VALUES,
      poolSize,
      driver: boundedMysql((pool) => followPrimary(mysql2.createPool(pool), address.hosts)),
      extra: { maxPreparedStatements: PREPARED_STATEMENTS, ...WITHOUT_GENERATED_CODE },
    };
  }
  const dataSource = new DataSource(options);
  if (options.type === "better-sqlite3") isolateSqlite(dataSource);
  await dataSource.initialize();
  try {
    if (!isInspection) {
      await runMigrationsOnce(dataSource);
      await mustMatchEntities(dataSource);
    }
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
  return dataSource;
}
