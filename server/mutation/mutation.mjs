// Installs Stryker (never part of the product's install), changes the rules one spot at a time, runs their tests on each change, and
// fails where too many go unnoticed, or one that survivors.json gives no reason for.
//   npm run mutation                                   every rule
//   npm run mutation -- shared                         those below a folder, or several
//   npm run mutation -- shared/src/roles/roles.ts      one file, or several
//   npm run mutation -- shared --incremental           what changed since the last such run (options are Stryker's)
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { least, parts, reportOf } from "./rules.mjs";
import { judge } from "./survivors.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");

function install() {
  const stamp = join(here, "node_modules/.gatehouse-installed");
  const key = createHash("sha256")
    .update(readFileSync(join(here, "pnpm-lock.yaml")))
    .update(process.version)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return;
  const { status } = spawnSync("npx", ["--yes", "pnpm@12.21.0", "install", "--frozen-lockfile", "--prefer-offline"], {
    cwd: here,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, key);
}

const words = process.argv.slice(2);
const options = words.filter((word) => word.startsWith("--"));
const wanted = words.filter((word) => !word.startsWith("--"));
const isBelow = (path, above) => path === above || path.startsWith(`${above}/`);
/** The named files of a part; empty if all of it is wanted. */
const filesOf = (part) =>
  wanted.some((word) => isBelow(part, word)) ? [] : wanted.filter((word) => dirname(word) === part);
const chosen = Object.keys(parts).filter(
  (part) => wanted.length === 0 || wanted.some((word) => isBelow(part, word) || dirname(word) === part),
);
if (chosen.length === 0) {
  console.error(`[mutation] name folders or files of these:\n  ${Object.keys(parts).join("\n  ")}`);
  process.exit(2);
}

/** Stryker's report of a part, or of the named files of it. */
function mutate(part) {
  console.log(`[mutation] ${part}`);
  const stryker = join(here, "node_modules/@stryker-mutator/core/bin/stryker.js");
  const args = [stryker, "run", "server/mutation/stryker.config.mjs", ...options];
  const files = filesOf(part);
  if (files.length > 0) args.push("--mutate", files.join());
  const env = { ...process.env, MUTATION_PART: part };
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit", env });
  if (status !== 0) process.exit(status ?? 1);
  return JSON.parse(readFileSync(join(root, reportOf(part, "json")), "utf8"));
}

install();
const reasons = JSON.parse(readFileSync(join(here, "survivors.json"), "utf8"));
const judged = chosen.map((part) => judge(mutate(part), reasons, least));
for (const { file, changes, noticed, same, score } of judged.flatMap(({ scores }) => scores))
  console.log(
    `${score.toFixed(1).padStart(6)} %  ${noticed} of ${changes}${same > 0 ? ` (and ${same} that change nothing)` : ""}  ${file}`,
  );
const wrong = judged.flatMap(({ wrong: of }) => of);
for (const sentence of wrong) console.error(`[mutation] ${sentence}`);
process.exit(wrong.length > 0 ? 1 : 0);
