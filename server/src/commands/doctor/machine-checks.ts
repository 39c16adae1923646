import { execFile } from "node:child_process";
import { existsSync, statfsSync, statSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { Findings, type Finding } from "./finding.js";

const MEGABYTE = 1_048_576;
/** A server holds 150 to 400 MB; a rush of sign-ins adds the hashing process. */
const MEMORY_MB = 512;
const DISK_MB = { warn: 1024, fail: 100 };
/** The oldest Node that package.json allows. */
const OLDEST_NODE = [20, 19] as const;
const OTHERS = 0o077;

/** Node, memory and whether this machine's clock follows NTP. */
export async function machineChecks(version = process.versions.node): Promise<Finding[]> {
  const findings = new Findings("Machine");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) findings.ok(`Node ${version}`);
  else findings.fail(`Node ${version} is too old`, `Install Node ${OLDEST_NODE.join(".")} or newer.`);
  // 0 or a number beyond the machine's memory: no limit is set.
  const limit = process.constrainedMemory();
  const memory = Math.round((limit > 0 && limit < totalmem() ? limit : totalmem()) / MEGABYTE);
  if (memory >= MEMORY_MB) findings.ok(`${memory} MB of memory, ${availableParallelism()} cores`);
  else findings.warn(`only ${memory} MB of memory`, `Give each server at least ${MEMORY_MB} MB.`);
  await ntpCheck(findings);
  return findings.list;
}

async function ntpCheck(findings: Findings): Promise<void> {
  try {
    const { stdout } = await promisify(execFile)("timedatectl", ["show", "--property=NTPSynchronized", "--value"], {
      timeout: 3000,
    });
    if (stdout.trim() === "yes") findings.ok("the clock follows NTP");
    else
      findings.warn(
        "the clock does not follow NTP",
        "Turn NTP on: codes are refused once the clock is half a minute off.",
      );
  } catch {
    // A container, or a machine without systemd: its host sets the clock. It is compared with the database's.
  }
}

/** Who may read the files that hold secrets, and how much room is left beside the database's. */
export function fileChecks(files: readonly string[], database: string | null): Finding[] {
  const findings = new Findings("Files");
  for (const file of files) {
    const status = statSync(file, { throwIfNoEntry: false });
    if (!status) continue;
    if (process.platform === "win32" || (status.mode & OTHERS) === 0) findings.ok(`only its owner may read ${file}`);
    else findings.fail(`other users of this machine may read ${file}`, `Run "chmod 600 ${file}".`);
    if (process.getuid !== undefined && process.getuid() !== 0 && status.uid !== process.getuid())
      findings.fail(
        `${file} belongs to another user`,
        "Run Gatehouse and its commands as the user that owns its files.",
      );
  }
  if (database !== null && existsSync(dirname(database))) diskCheck(findings, dirname(database));
  return findings.list;
}

function diskCheck(findings: Findings, directory: string): void {
  const { bavail, bsize } = statfsSync(directory);
  const free = Math.round((bavail * bsize) / MEGABYTE);
  const found = `${free} MB free beside the database`;
  const remedy = "Free some space: once the disk is full, nothing can be written.";
  if (free < DISK_MB.fail) findings.fail(found, remedy);
  else if (free < DISK_MB.warn) findings.warn(found, remedy);
  else findings.ok(found);
}
