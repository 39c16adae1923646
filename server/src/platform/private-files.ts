import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readdirSync, statSync } from "node:fs";

const OWNER_ONLY = 0o077;
const STICKY = 0o1000;
/** Windows knows no such modes: there the directory's rights are inherited, and whoever sets it up says them. */
const hasModes = process.platform !== "win32";
const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? error.code : null);

/**
 * Makes a directory that only this user may enter, and closes one that was open before, if nothing else lives in it: a home or a
 * temporary directory is others' too, and left alone.
 * @param ours names of files of the server
 */
export function keepDirectoryPrivate(directory: string, ours: (name: string) => boolean): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!hasModes) return;
  const { mode } = statSync(directory);
  if ((mode & OWNER_ONLY) === 0 || (mode & STICKY) !== 0) return;
  try {
    if (readdirSync(directory).every(ours)) chmodSync(directory, 0o700);
  } catch (error) {
    // Another's directory, or one on a read-only disk: the files in it are closed themselves.
    if (!["EPERM", "EACCES", "EROFS"].includes(String(codeOf(error)))) throw error;
  }
}

/** Makes the file, empty, if it is not there; then only this user may read it, whatever the umask. Throws as `keepFilePrivate`. */
export function makePrivateFile(file: string): void {
  // A database that is there is not opened: closing it again would drop the locks of this process's other connections to it.
  if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  keepFilePrivate(file);
}

/** Closes a file that others may read, if it is there. Throws an error for people where it belongs to somebody else. */
export function keepFilePrivate(file: string): void {
  if (!hasModes) return;
  const status = statSync(file, { throwIfNoEntry: false });
  if (status === undefined || (status.mode & OWNER_ONLY) === 0) return;
  try {
    chmodSync(file, 0o600);
  } catch (error) {
    throw new Error(
      `${file} may be read by other users of this machine, and this one may not change that (${String(codeOf(error))}): run "chmod 600" on it as its owner, or give it to the user that runs Gatehouse.`,
      { cause: error },
    );
  }
}
