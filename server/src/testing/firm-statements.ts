import { getMetadataArgsStorage } from "typeorm";

/** The tables whose rows each belong to a firm: those with a `firmId` column, and the firms themselves. */
export interface FirmTables {
  tables: ReadonlySet<string>;
  /** By the name of the entity's class. */
  tableOf: ReadonlyMap<string, string>;
}

/** Derived from the loaded entities. */
export function firmTables(): FirmTables {
  const { tables, columns } = getMetadataArgsStorage();
  const named = tables.flatMap(({ target, name }): [string, string][] =>
    typeof target === "function" &&
    columns.some((column) => column.target === target && column.propertyName === "firmId")
      ? [[target.name, name ?? ""]]
      : [],
  );
  return { tables: new Set(named.map(([, table]) => table)), tableOf: new Map(named) };
}

/** A firm's table as a statement names it. */
interface Reference {
  table: string;
  alias: string | null;
  /** The part of the statement between the parentheses around it, which contains its condition. */
  scope: string;
}

const quotes = /[`"]/g;
/** Without quotes, literals and line breaks, and in one case for everything but names. */
export const plainSql = (sql: string): string =>
  sql
    .replaceAll(/'[^']*'/g, "''")
    .replaceAll(quotes, "")
    .replaceAll(/\s+/g, " ")
    .trim();

const NO_ALIAS =
  /^(where|set|on|join|left|inner|cross|straight_join|order|group|limit|force|indexed|union|for|lock|values|and)$/i;
const NAMED = /\b(?:from|join|straight_join|update) (\w+)/gi;

/** The innermost parentheses around a position. */
function scopeAt(sql: string, place: number): string {
  let start = 0;
  for (let at = place, depth = 0; at >= 0; at--) {
    if (sql[at] === ")") depth++;
    if (sql[at] === "(" && depth-- === 0) {
      start = at + 1;
      break;
    }
  }
  let end = sql.length;
  for (let at = place, depth = 0; at < sql.length; at++) {
    if (sql[at] === "(") depth++;
    if (sql[at] === ")" && depth-- === 0) {
      end = at;
      break;
    }
  }
  return sql.slice(start, end);
}

function referencesIn(sql: string, tables: ReadonlySet<string>): Reference[] {
  return [...sql.matchAll(NAMED)].flatMap(({ index, 0: named, 1: table = "" }) => {
    const [, next = "where"] = /^ (\w+)/.exec(sql.slice(index + named.length)) ?? [];
    return tables.has(table) ? [{ table, alias: NO_ALIAS.test(next) ? null : next, scope: scopeAt(sql, index) }] : [];
  });
}

/** The part that compares, not the one that writes or selects. */
const conditionOf = (scope: string): string =>
  /^update\b/i.test(scope) ? scope.slice(scope.search(/\bwhere\b/i)) : scope.slice(scope.search(/\bfrom\b/i));

/** A condition as the allow-list writes it: `table.column`. */
export type AllowedKeys = Readonly<Record<string, string>>;

/**
 * The firm's tables that a statement reads or changes without restricting whose rows: neither by `firmId`, nor by an
 * allowed key, nor by such a key of another row that is restricted itself. As `table by columns`.
 */
export function unheldTables(
  sql: string,
  tables: ReadonlySet<string>,
  allowed: AllowedKeys,
  use: (key: string) => void = () => undefined,
): string[] {
  const text = plainSql(sql);
  if (/^(create|alter|drop|pragma|insert)\b/i.test(text) && !/\bselect\b/i.test(text)) return [];
  // A firm's own row is restricted by its id or by its portal's name.
  const references = referencesIn(text, new Set([...tables, "firms"]));
  const compared = (reference: Reference): { column: string; with: string }[] => {
    const { alias, table, scope } = reference;
    const name = alias === null ? `(?:(?<![\\w.])|\\b${table}\\.)` : `\\b${alias}\\.`;
    const condition = conditionOf(scope);
    const found = [
      ...condition.matchAll(new RegExp(`${name}(\\w+)\\s*(?:=|\\bIN\\s*\\()\\s*(\\?|''|[\\w.]+(?:\\()?)`, "gi")),
      ...[...condition.matchAll(new RegExp(`(?<![\\w.])(\\w+\\.\\w+)\\s*=\\s*${name}(\\w+)`, "gi"))].map((match) =>
        Object.assign([...match], { 1: match[2], 2: match[1] }),
      ),
    ];
    return found.map((match) => ({ column: match[1] ?? "", with: match[2] ?? "" }));
  };
  const held = new Set<string>();
  const isHeld = (reference: Reference): boolean =>
    compared(reference).some(({ column, with: other }) => {
      const beside = /^(\w+)\.\w+$/.exec(other)?.[1];
      if (
        beside !== undefined &&
        references.some(({ alias, table }) => (alias ?? table) === beside) &&
        !held.has(beside)
      )
        return false;
      if (column === (reference.table === "firms" ? "id" : "firmId")) return true;
      const key = `${reference.table}.${column}`;
      if (!(key in allowed)) return false;
      use(key);
      return true;
    });
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const reference of references) if (isHeld(reference)) held.add(reference.alias ?? reference.table);
  }
  return references
    .filter((reference) => reference.table !== "firms" && !isHeld(reference))
    .map(
      (reference) =>
        `${reference.table} by ${
          compared(reference)
            .map(({ column }) => column)
            .join(", ") || "nothing"
        }`,
    );
}
