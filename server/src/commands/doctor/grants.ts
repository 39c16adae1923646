/** Rights that the server needs at any time, and those that only migrations need (docs/operations.md). */
const ALWAYS = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
const FOR_MIGRATIONS = ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"] as const;

export interface Rights {
  /** Rights that the server lacks. */
  missing: string[];
  /** Rights that only migrations need, and that are lacking. */
  missingForMigrations: string[];
  /** Rights beyond this database. */
  isTooMuch: boolean;
  /** Some rights come through a role, whose rights are not listed. */
  hasRoles: boolean;
}

/** How GRANT names databases: `_` and `%` are wildcards unless they are escaped. */
function covers(pattern: string, database: string): boolean {
  if (pattern === "*") return true;
  const source = pattern.replaceAll(/\\?[\s\S]/g, (part) => {
    if (part === "%") return ".*";
    if (part === "_") return ".";
    const character = part.length === 2 ? part.slice(1) : part;
    return character.replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`);
  });
  // oxlint-disable-next-line security/detect-non-literal-regexp -- a grant of the operator's own database
  return new RegExp(`^${source}$`, "i").test(database);
}

/** What the lines of SHOW GRANTS allow in a database. */
export function rightsIn(grants: readonly string[], database: string): Rights {
  const rights = new Set<string>();
  let isTooMuch = false;
  let hasRoles = false;
  for (const line of grants) {
    const [, listed, name] = /^GRANT (.+?) ON (?:`?((?:[^`]|``)+?)`?)\.(?:\*|`[^`]+`) TO /i.exec(line) ?? [];
    if (listed === undefined || name === undefined) {
      hasRoles ||= /^GRANT .+ TO /i.test(line);
      continue;
    }
    const given = listed.split(",").map((right) => right.trim().toUpperCase());
    if (name === "*" && given.some((right) => right !== "USAGE")) isTooMuch = true;
    if (covers(name, database)) for (const right of given) rights.add(right);
  }
  const isMissing = (right: string) => !rights.has(right) && !rights.has("ALL PRIVILEGES") && !rights.has("ALL");
  return {
    missing: ALWAYS.filter(isMissing),
    missingForMigrations: FOR_MIGRATIONS.filter(isMissing),
    isTooMuch,
    hasRoles,
  };
}
