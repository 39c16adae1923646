import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

export const repositoryRoot = join(__dirname, "../../..");
/** Generated or installed files, which are not in the repository. */
const MADE = /^(?:node_modules|dist|data|coverage|screenshots|reports|\.git|\.stryker-tmp)$/;

const filesIn = (folder = ""): string[] =>
  readdirSync(join(repositoryRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return MADE.test(entry.name) ? [] : filesIn(path);
    return [path];
  });

/** The path of every file in the repository, from its root. */
export const repositoryFiles: readonly string[] = filesIn();

export const readRepositoryFile = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

/** Whether a path leads to something that a command generates or installs. */
export const isGenerated = (path: string): boolean => path.split("/").some((part) => MADE.test(part));

/**
 * Whether a path that the file `from` mentions, with `*` for any part of a name, matches a file or folder: from the
 * root, from that file's folder, or by its end.
 */
export function isInRepository(from: string, path: string): boolean {
  const wanted = path.replace(/\/$/, "");
  const form = (start: string) =>
    new RegExp(`${start}${wanted.replaceAll(/[.+()[\]$^]/g, "\\$&").replaceAll("*", "[^/]*")}(?:$|/)`);
  const forms = [form("(?:^|/)"), form(`^${posix.dirname(from)}/`)];
  return repositoryFiles.some((file) => forms.some((one) => one.test(file)));
}
