import { constants, copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { AuditEvent } from "../features/audit/audit-event.entity.js";
import { Firm } from "../features/firms/firm.entity.js";
import { entities, migrations } from "../entities.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import type { DatabaseAddress, ServerAddress } from "../platform/database/database-address.js";
import { openDatabase } from "../platform/database/database.js";
import { copySqlite, SqliteFileError, whileAlone } from "../platform/database/sqlite-copy.js";
import type { SqliteDatabase } from "../platform/database/sqlite-driver.js";
import { sql, table } from "../platform/database/sql.js";
import { keepDirectoryPrivate } from "../platform/private-files.js";
import { CommandError } from "./command-error.js";
import { lostValues } from "./rotate-keys.command.js";

export interface BackupNeeds {
  database: DatabaseAddress;
  keys: KeyRing;
  print: (line: string) => void;
}

/** A word of a shell's command. */
const word = (text: string) => (/^[\w.:@/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
const tlsFiles = ({ tls }: ServerAddress) =>
  (["ca", "cert", "key"] as const).flatMap((name) => {
    const file = tls[name];
    return file === null ? [] : [`--ssl-${name}=${word(file)}`];
  });

/**
 * The lines that back up and restore a database server. They ask for the password. The dump is for its owner alone: it
 * has every client's data.
 */
function serverLines(address: ServerAddress): { kind: string; backUp: string; restore: string }[] {
  // Each program takes one host only.
  const [{ host, port }] = address.hosts;
  const { sslMode } = address;
  const where = [`--host=${word(host)}`, `--port=${port}`, `--user=${word(address.user)}`, "--password"];
  const name = word(address.database);
  const lines = (kind: string, dump: string, client: string, tls: readonly string[]) => ({
    kind,
    backUp: `(umask 077; ${[dump, ...where, ...tls, name, "> gatehouse.sql"].join(" ")})`,
    restore: [client, ...where, ...tls, name, "< gatehouse.sql"].join(" "),
  });
  const isEncrypted = sslMode !== null && sslMode !== "DISABLED";
  const isVerified = sslMode === "VERIFY_CA" || sslMode === "VERIFY_IDENTITY";
  const always = "--single-transaction --hex-blob --skip-add-locks";
  return [
    lines("MariaDB", `mariadb-dump ${always}`, "mariadb", [
      // Its newer versions would verify by default, and encrypt.
      ...(isEncrypted ? ["--ssl", isVerified ? "--ssl-verify-server-cert" : "--skip-ssl-verify-server-cert"] : []),
      ...(sslMode === "DISABLED" ? ["--skip-ssl"] : []),
      ...tlsFiles(address),
    ]),
    lines("MySQL", `mysqldump ${always} --no-tablespaces --set-gtid-purged=OFF`, "mysql", [
      ...(sslMode === null ? [] : [`--ssl-mode=${sslMode}`]),
      ...tlsFiles(address),
    ]),
  ];
}

/** What to know about the hosts that the lines do not name. */
const otherHosts = ({ hosts: [, ...others] }: ServerAddress, what: string): string[] =>
  others.length === 0
    ? []
    : [`${what}: ${others.map(({ host, port }) => `--host=${host} --port=${port}`).join(", ")}.`];

/** Runs a step on files, whose errors the command's user can fix. */
function onFiles<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    const isTheirs = error instanceof SqliteFileError || (error instanceof Error && "syscall" in error);
    throw isTheirs ? new CommandError(error.message) : error;
  }
}

/** Copies the database into a new file, while the server runs. Throws CommandError on a database server: its own tools do that. */
export function backUp(to: string, { database, print }: BackupNeeds): void {
  if (database.kind === "server")
    throw new CommandError(
      [
        "A database server is backed up by its own program:",
        ...serverLines(database).map(({ kind, backUp: line }) => `  ${kind}: ${line}`),
        ...otherHosts(database, "Any other host that is up to date does as well"),
      ].join("\n"),
    );
  const { file } = database;
  if (existsSync(to)) throw new CommandError(`${to} exists, and a backup overwrites nothing.`);
  onFiles(() => copySqlite(file, to));
  print(`Wrote ${to}, and checked it. It needs SECRET_KEYS, which it does not contain: keep them somewhere else.`);
}

const firms = table(Firm);
const COUNT = sql`SELECT COUNT(*) AS n FROM ${firms}`;
/** A database without tables has none. */
const firmsIn = (database: SqliteDatabase): number =>
  database.pragma(`table_info(${firms.sqlText})`).length === 0
    ? 0
    : Number((database.prepare(COUNT.sqlText).get() as { n: number }).n);

/**
 * Puts a backup in the place of the database, which nobody may have open. The backup is checked, migrated and read with
 * SECRET_KEYS first; until then the database stays as it is. A database with firms is replaced only if `replace`, and is
 * kept beside the new one.
 */
export async function restore(
  { from, replace }: { from: string; replace: boolean },
  { database, keys, print }: BackupNeeds,
): Promise<void> {
  if (database.kind === "server")
    throw new CommandError(
      [
        "A database server is restored by its own program, into an empty database:",
        ...serverLines(database).map(({ kind, restore: line }) => `  ${kind}: ${line}`),
        ...otherHosts(database, "Only the primary takes it; if that is another host, name it instead"),
      ].join("\n"),
    );
  const { file } = database;
  const firmsThere = existsSync(file) ? onFiles(() => whileAlone(file, firmsIn)) : 0;
  if (firmsThere > 0 && !replace)
    throw new CommandError(`${file} has ${firmsThere} firms. To keep it aside and restore, add --replace.`);

  const ready = `${file}.restoring`;
  const remove = () => ["", "-wal", "-shm", "-journal"].forEach((end) => rmSync(ready + end, { force: true }));
  try {
    remove();
    onFiles(() => {
      keepDirectoryPrivate(dirname(file), () => false);
      copySqlite(from, ready);
    });
    const found = await checked(ready, keys);
    const kept = firmsThere === 0 ? null : `${file}.before-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`;
    onFiles(() => {
      const replaceIt = () => {
        if (kept !== null) copyFileSync(file, kept, constants.COPYFILE_EXCL);
        renameSync(ready, file);
      };
      // Nobody may have opened it meanwhile.
      if (existsSync(file)) whileAlone(file, replaceIt);
      else replaceIt();
    });
    print(`Restored ${found.firms} firms and ${found.events} audit events into ${file}. SECRET_KEYS opens all of it.`);
    if (kept !== null) print(`The former database is ${kept}. Delete it once nobody needs it.`);
    print("Sessions that were open at the time of the backup are open again, and later revocations are undone.");
  } finally {
    remove();
  }
}

/** Migrates the copy, and counts what is in it. Throws CommandError if it is no backup, or the keys do not open it. */
async function checked(file: string, keys: KeyRing): Promise<{ firms: number; events: number }> {
  if (onFiles(() => whileAlone(file, firmsIn)) === 0)
    throw new CommandError("The backup has no firm: nothing was restored.");
  const dataSource = await openDatabase({ address: { kind: "sqlite", file }, entities, migrations });
  try {
    const reader = dataSource.manager;
    const lost = await lostValues(reader, keys);
    if (lost.length > 0)
      throw new CommandError(
        ["SECRET_KEYS does not open this backup, so nothing was restored:", ...lost.map((line) => `  ${line}`)].join(
          "\n",
        ),
      );
    return { firms: await reader.count(Firm), events: await reader.count(AuditEvent) };
  } finally {
    await dataSource.destroy();
  }
}
