import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { SqliteDatabase, sqliteCodeOf, sqliteCodes } from "./sqlite-driver.js";

/** Of a file that is not the database that it was taken for, or is used by somebody else. */
export class SqliteFileError extends Error {}

const sentences: ReadonlyMap<number, string> = new Map([
  [sqliteCodes.busy, "is in use: stop the server and its commands first."],
  [sqliteCodes.corrupt, "is damaged."],
  [sqliteCodes.notADatabase, "is not an SQLite database."],
]);

function whileOpen<T>(file: string, options: { timeout?: number }, use: (database: SqliteDatabase) => T): T {
  const database = new SqliteDatabase(file, options);
  try {
    return use(database);
  } catch (error) {
    const sentence = sentences.get(sqliteCodeOf(error));
    throw sentence === undefined ? error : new SqliteFileError(`${file} ${sentence}`);
  } finally {
    database.close();
  }
}

/** Writes file and directory entry to the disk. */
function settle(file: string): void {
  for (const path of [file, dirname(file)]) {
    const opened = openSync(path, "r");
    try {
      fsyncSync(opened);
    } finally {
      closeSync(opened);
    }
  }
}

/**
 * Copies a database, also while others write to it, as it is at one moment, with what its `-wal` file holds. The copy is
 * complete and checked before it gets its name, and only this user may read it. Throws SqliteFileError if `from` is
 * damaged or not a database.
 */
export function copySqlite(from: string, to: string): void {
  if (!existsSync(from)) throw new SqliteFileError(`${from} does not exist.`);
  const part = `${to}.part`;
  rmSync(part, { force: true });
  // SQLite accepts an empty file and leaves its mode as it is.
  closeSync(openSync(part, "wx", 0o600));
  try {
    whileOpen(from, {}, (database) => database.prepare("VACUUM INTO ?").run(part));
    const found = whileOpen(part, {}, (copy) => copy.pragma("integrity_check"));
    const [first] = found as { integrity_check: string }[];
    if (first?.integrity_check !== "ok") throw new SqliteFileError(`${from} is damaged: ${first?.integrity_check}`);
    settle(part);
    renameSync(part, to);
    settle(to);
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * Runs `work` while nobody else has the database open; its `-wal` file is merged into it before. Throws SqliteFileError
 * if somebody has.
 */
export function whileAlone<T>(file: string, work: (database: SqliteDatabase) => T): T {
  return whileOpen(file, { timeout: 0 }, (database) => {
    // Every server and command keeps the database in WAL mode, which ends only if nobody else has it open.
    database.pragma("journal_mode = DELETE");
    database.exec("BEGIN EXCLUSIVE");
    try {
      return work(database);
    } finally {
      // A closed connection keeps its locks as long as one of its statements lives.
      database.exec("ROLLBACK");
    }
  });
}
