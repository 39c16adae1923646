// Compares the versions pinned in pnpm-lock.yaml with lists of known vulnerabilities, without a network: the committed
// one (server/advisories.json), and any that an operator has downloaded. Lists are OSV records
// (https://ossf.github.io/osv-schema): one, an array, `{"vulns": […]}`, or a directory of such files, as
// https://osv.dev publishes them for npm (all.zip, unpacked).
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compare, valid } from "semver";
import { parse } from "yaml";
import { optionsOf } from "./command-options.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Makes the command exit with 2, so that an unreadable list is never mistaken for one without a match. */
class Unreadable extends Error {}

/** Every record of a file or directory. */
function recordsOf(path) {
  if (statSync(path).isDirectory())
    return readdirSync(path, { recursive: true })
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => recordsOf(join(path, name)));
  let content;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Unreadable(`${path} is not JSON: ${error.message}`);
  }
  const records = Array.isArray(content) ? content : (content.vulns ?? [content]);
  for (const record of records)
    if (typeof record?.id !== "string") throw new Unreadable(`${path} contains no OSV record: an id is missing`);
  return records;
}

/** OSV's own rule: the last event at or before the version decides. */
function isInRange(version, events) {
  const moments = events
    .map((event) => {
      const [[kind, at]] = Object.entries(event);
      const semver = at === "0" ? "0.0.0-0" : at;
      if (valid(semver) === null) throw new Unreadable(`"${at}" is not a version`);
      return { kind, at: semver };
    })
    .toSorted((a, b) => compare(a.at, b.at));
  let isAffected = false;
  for (const { kind, at } of moments) {
    const order = compare(version, at);
    if (kind === "introduced" && order >= 0) isAffected = true;
    if (kind === "fixed" && order >= 0) isAffected = false;
    if (kind === "last_affected" && order > 0) isAffected = false;
  }
  return isAffected;
}

const isAffected = (version, { ranges = [], versions = [] }) =>
  versions.includes(version) ||
  ranges.some(({ type, events }) => type !== "GIT" && valid(version) !== null && isInRange(version, events));

/**
 * Every pinned package, and whether production installs it (it, or a package that needs it, is not a devDependency).
 */
function pinsOf({ importers, packages, snapshots = {} }) {
  const production = new Set();
  const reach = (dependencies = {}) => {
    for (const [name, given] of Object.entries(dependencies)) {
      const version = typeof given === "string" ? given : given.version;
      // An alias names its package, as string-width-cjs does: string-width@4.2.3.
      const key = snapshots[version] === undefined ? `${name}@${version}` : version;
      if (snapshots[key] === undefined || production.has(key)) continue;
      production.add(key);
      reach(snapshots[key].dependencies);
      reach(snapshots[key].optionalDependencies);
    }
  };
  for (const { dependencies, optionalDependencies } of Object.values(importers)) {
    reach(dependencies);
    reach(optionalDependencies);
  }
  const inProduction = new Set([...production].map((key) => key.replace(/\(.*/, "")));
  return Object.keys(packages).map((key) => {
    const at = key.lastIndexOf("@");
    return { name: key.slice(0, at), version: key.slice(at + 1), isProduction: inProduction.has(key) };
  });
}

function matchesOf(pins, records) {
  const byName = new Map();
  for (const pin of pins) byName.set(pin.name, [...(byName.get(pin.name) ?? []), pin]);
  return records
    .filter(({ withdrawn }) => withdrawn === undefined)
    .flatMap(({ id, aliases = [], summary = "", affected = [] }) =>
      affected
        .filter((one) => one.package?.ecosystem === "npm")
        .flatMap((one) =>
          (byName.get(one.package.name) ?? [])
            .filter(({ version }) => isAffected(version, one))
            .map((pin) => ({ ...pin, id, aliases, summary, fixed: fixesOf(one) })),
        ),
    );
}
const fixesOf = ({ ranges = [] }) =>
  ranges.flatMap(({ events = [] }) => events.flatMap(({ fixed }) => (fixed === undefined ? [] : [fixed]))).join(", ");

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const values = optionsOf("advisories", process.argv.slice(2));
try {
  const pins = pinsOf(parse(readFileSync(values.lock ?? join(root, "pnpm-lock.yaml"), "utf8")));
  const records = [join(root, "server/advisories.json"), ...(values.list ?? [])].flatMap(recordsOf);
  // The committed list and a downloaded one may both contain a vulnerability.
  const known = new Map(matchesOf(pins, records).map((match) => [`${match.id} ${match.name}@${match.version}`, match]));
  const found = [...known.values()];
  if (found.length > 0) {
    const rows = found.map(({ name, version, isProduction, id, aliases, fixed, summary }) => [
      `${name} ${version}`,
      isProduction ? "production" : "build and tests",
      [id, ...aliases].join(" "),
      fixed === "" ? "none" : fixed,
      summary,
    ]);
    console.error(table([["package", "in", "flaw", "fixed in", "what"], ...rows]));
  }
  console.log(
    `${pins.length} pinned packages against ${records.length} records: ${found.length} known to be vulnerable`,
  );
  process.exitCode = found.length > 0 ? 1 : 0;
} catch (error) {
  console.error(error.message);
  process.exitCode = 2;
}
