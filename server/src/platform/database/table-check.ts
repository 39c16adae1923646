import type { DataSource } from "typeorm";
import { StartRefused } from "../config/faults.js";
import { dialectOf } from "./dialect.js";

interface TableColumn {
  name: string;
  /** `varchar(30)`, `bigint`, `int`, `boolean`, `text` or `blob`, on each database. */
  type: string;
  isNullable: boolean;
}
interface TableIndex {
  name: string;
  columns: string[];
  isUnique: boolean;
}
/** A table as a version of Gatehouse needs it. */
export interface NeededTable {
  name: string;
  columns: TableColumn[];
  /** Not recorded for versions that landed before it was checked. */
  primaryKey?: string[];
  indices: TableIndex[];
}
interface FoundIndex extends TableIndex {
  /** Why the database does not use it for every row and statement; null: it does. */
  isLimited: string | null;
}
interface FoundTable {
  columns: Map<string, TableColumn & { hasDefault: boolean; collation: string | null }>;
  primaryKey: string[];
  indices: Map<string, FoundIndex>;
}

const typeOf = (type: string, length: string) => (length === "" ? type : `${type}(${length})`);
/** A column's type without what differs between databases: only text has a length. */
function commonType(type: string): string {
  const [name = "", length = ""] = type.toLowerCase().split(/[()]/);
  if (name === "varchar") return typeOf(name, length);
  return name === "integer" ? "int" : name === "tinyint" ? "boolean" : name;
}

/** The tables that this version's entities need. */
export const neededTables = (dataSource: DataSource): NeededTable[] =>
  dataSource.entityMetadatas.map(({ tableName, columns, primaryColumns, indices }) => ({
    name: tableName,
    columns: columns.map(({ databaseName, type, length, isNullable }) => ({
      name: databaseName,
      type: commonType(typeOf(String(type), length)),
      isNullable,
    })),
    primaryKey: primaryColumns.map(({ databaseName }) => databaseName),
    indices: indices.map(({ name, columns: indexed, isUnique }) => ({
      name,
      columns: indexed.map(({ databaseName }) => databaseName),
      isUnique,
    })),
  }));

interface ColumnRow {
  tableName: string;
  name: string;
  type: string;
  isNullable: number | string;
  hasDefault: number | string;
  collation: string | null;
}
interface IndexRow {
  tableName: string;
  name: string;
  isUnique: number | string;
  /** Null: an expression. */
  columnName: string | null;
  /** How many characters of the column are in the index; null: all. */
  prefix: number | null;
  isPartial?: number;
  /** MySQL's and MariaDB's words for an index that is kept up to date and not used. */
  IS_VISIBLE?: string;
  IGNORED?: string;
}

/** One statement for all columns, one for all indices: the check is part of every start. */
const catalogue = {
  sqlite: {
    columns: `SELECT t.name AS tableName, c.name AS name, c.type AS type, c."notnull" = 0 AS isNullable,
      c.dflt_value IS NOT NULL AS hasDefault, NULL AS collation
      FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'`,
    indices: `SELECT t.name AS tableName, i.name AS name, i."unique" AS isUnique, c.name AS columnName,
      NULL AS prefix, i.partial AS isPartial, c.seqno AS place
      FROM sqlite_master t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
      WHERE t.type = 'table' AND i.origin = 'c'
      UNION ALL SELECT t.name, 'PRIMARY', 1, c.name, NULL, 0, c.pk
      FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND c.pk > 0
      ORDER BY tableName, name, place`,
  },
  mysql: {
    columns: `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, COLUMN_TYPE AS type, IS_NULLABLE = 'YES' AS isNullable,
      COLUMN_DEFAULT IS NOT NULL OR EXTRA <> '' AS hasDefault, COLLATION_NAME AS collation
      FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`,
    // All columns, since the two products name the one for unused indices differently.
    indices: `SELECT s.*, TABLE_NAME AS tableName, INDEX_NAME AS name, NON_UNIQUE = 0 AS isUnique, COLUMN_NAME AS columnName,
      SUB_PART AS prefix FROM information_schema.STATISTICS s WHERE TABLE_SCHEMA = DATABASE()
      ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX`,
  },
};

async function foundTables(dataSource: DataSource): Promise<Map<string, FoundTable>> {
  const { columns, indices } = catalogue[dialectOf(dataSource)];
  const tables = new Map<string, FoundTable>();
  for (const row of (await dataSource.query(columns)) as ColumnRow[]) {
    const table = tables.get(row.tableName) ?? { columns: new Map(), primaryKey: [], indices: new Map() };
    tables.set(row.tableName, table);
    table.columns.set(row.name, {
      name: row.name,
      type: commonType(row.type),
      isNullable: Number(row.isNullable) === 1,
      hasDefault: Number(row.hasDefault) === 1,
      collation: row.collation,
    });
  }
  for (const row of (await dataSource.query(indices)) as IndexRow[]) {
    const { name } = row;
    const table = tables.get(row.tableName);
    const column = (row.columnName ?? "(expression)") + (row.prefix === null ? "" : `(${row.prefix})`);
    if (name === "PRIMARY") {
      table?.primaryKey.push(column);
      continue;
    }
    const isUnique = Number(row.isUnique) === 1;
    const index = table?.indices.get(name) ?? { name, columns: [], isUnique, isLimited: limitOf(row) };
    table?.indices.set(name, index);
    index.columns.push(column);
  }
  return tables;
}

function limitOf({ isPartial, IS_VISIBLE: isVisible, IGNORED: isIgnored }: IndexRow): string | null {
  if (isVisible === "NO") return "invisible";
  if (isIgnored === "YES") return "ignored";
  return Number(isPartial) === 1 ? "partial" : null;
}

/** A newer version may have made room for longer text. */
function holds(found: string, needed: string): boolean {
  const length = (type: string) => Number(/^varchar\((\d+)\)$/.exec(type)?.[1] ?? Number.NaN);
  return found === needed || length(found) >= length(needed);
}
const withoutPrefix = (column: string) => column.replace(/\(\d+\)$/, "");
const described = ({ type, isNullable }: TableColumn) => `${type} ${isNullable ? "NULL" : "NOT NULL"}`;

function* faultsOf(needed: NeededTable, found: FoundTable): Generator<string> {
  const { name: table } = needed;
  for (const column of needed.columns) {
    const place = `${table}.${column.name}`;
    const there = found.columns.get(column.name);
    if (!there) yield `the column ${place} is missing`;
    else if (!holds(there.type, column.type) || there.isNullable !== column.isNullable)
      yield `the column ${place} is ${described(there)}, not ${described(column)}`;
    else if (there.collation !== null && !there.collation.endsWith("_bin"))
      yield `the column ${place} has the collation ${there.collation}, not a binary one`;
  }
  const known = new Set(needed.columns.map(({ name }) => name));
  for (const { name, isNullable, hasDefault } of found.columns.values())
    if (!known.has(name) && !isNullable && !hasDefault)
      yield `the column ${table}.${name} is unknown to this version and must have a value`;
  const { primaryKey } = needed;
  if (primaryKey && found.primaryKey.length === 0) yield `the primary key of ${table} is missing`;
  else if (primaryKey && found.primaryKey.join() !== primaryKey.join())
    yield `the primary key of ${table} is ${found.primaryKey.join(", ")}, not ${primaryKey.join(", ")}`;
  for (const index of needed.indices) {
    const there = found.indices.get(index.name);
    if (!there) yield `the index ${index.name} of ${table} is missing`;
    else if (there.isUnique !== index.isUnique || there.columns.join() !== index.columns.join())
      yield `the index ${index.name} of ${table} is ${there.isUnique ? "unique " : ""}over ${there.columns.join(", ")}, not ${index.isUnique ? "unique " : ""}over ${index.columns.join(", ")}`;
    else if (there.isLimited !== null) yield `the index ${index.name} of ${table} is ${there.isLimited}`;
  }
  const names = new Set(needed.indices.map(({ name }) => name));
  for (const { name, isUnique, columns } of found.indices.values())
    if (isUnique && !names.has(name) && columns.every((column) => known.has(withoutPrefix(column))))
      yield `the unique index ${name} of ${table} is unknown to this version`;
}

/**
 * In words, where the database differs from the tables that a version needs. What a newer version added is no fault as
 * long as this one can ignore it: tables, columns that need no value, indices that refuse none of its rows.
 */
export async function tableFaults(dataSource: DataSource, needed: readonly NeededTable[]): Promise<string[]> {
  const found = await foundTables(dataSource);
  return needed.flatMap((table) => {
    const there = found.get(table.name);
    return there ? [...faultsOf(table, there)] : [`the table ${table.name} is missing`];
  });
}

/** Throws StartRefused, which names every table, column and index that does not match the entities. */
export async function mustMatchEntities(dataSource: DataSource): Promise<void> {
  const faults = await tableFaults(dataSource, neededTables(dataSource));
  if (faults.length > 0)
    throw new StartRefused(
      "The database's tables are not those of this version of Gatehouse. Start the version that fits the database, or restore a backup. What differs:",
      faults,
    );
}
