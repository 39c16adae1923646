import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
} from "node:fs";
import { resolve } from "node:path";
import { StartRefused } from "./config/faults.js";

const OWNER_ONLY = 0o077;
const STICKY = 0o1000;
/** Windows has no such modes: files inherit the directory's permissions, which the administrator sets. */
const hasModes = process.platform !== "win32";
const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : null);

function refuse(path: string, error: unknown): never {
  throw new StartRefused(
    `${resolve(path)} cannot be written by the user that runs Gatehouse (${String(codeOf(error))}): give it to that user, or configure another place.`,
  );
}

/** Throws StartRefused, naming the file or directory, unless this user may read and write it. */
export function mustBeWritable(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    refuse(path, error);
  }
}

/**
 * Creates a directory that only this user may enter. Closes an existing one if it contains nothing but our files: a
 * home or temporary directory has other users and is left alone. @param ours whether a file name is the server's
 */
export function keepDirectoryPrivate(directory: string, ours: (name: string) => boolean): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    refuse(directory, error);
  }
  if (!hasModes) return;
  const { mode } = statSync(directory);
  if ((mode & OWNER_ONLY) === 0 || (mode & STICKY) !== 0) return;
  try {
    if (readdirSync(directory).every(ours)) chmodSync(directory, 0o700);
  } catch (error) {
    // Somebody else's directory, or one on a read-only disk: its files are closed individually.
    if (!["EPERM", "EACCES", "EROFS"].includes(String(codeOf(error)))) throw error;
  }
}

/**
 * Creates the file, empty, if it does not exist. Then only this user may read it, whatever the umask. Throws like
 * `keepFilePrivate`, and StartRefused if it cannot be written.
 */
export function makePrivateFile(file: string): void {
  // An existing database is not opened: closing it again would drop the locks of this process's other connections to
  // it.
  if (!existsSync(file)) createEmpty(file);
  keepFilePrivate(file);
  mustBeWritable(file);
}

function createEmpty(file: string): void {
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    refuse(file, error);
  }
}

/** Closes an existing file that others may read. Throws a readable error if it belongs to somebody else. */
export function keepFilePrivate(file: string): void {
  if (!hasModes) return;
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined || (status.mode & OWNER_ONLY) === 0) return;
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    throw new StartRefused(
      `${file} can be read by other users of this machine, and Gatehouse's user may not change that (${String(codeOf(error))}): run "chmod 600" on it as its owner, or give it to the user that runs Gatehouse.`,
    );
  }
}
