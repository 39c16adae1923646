import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { DataSource, EntityManager, EntityMetadata } from "typeorm";
import { entities } from "../entities.js";
import { Firm } from "../features/firms/firm.entity.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { isUniqueViolation } from "../platform/database/dialect.js";
import { inTransaction } from "../platform/database/transaction.js";
import { CommandError } from "./command-error.js";
import { conditionOf, type Scope } from "./firm-tables.js";
import { keyUsage, unusable } from "./key-usage.js";
import { unreadableValues } from "./rotate-keys.command.js";

const VERSION = 1;
const PAGE = 500;
/** SQLite accepts 32,766 parameters in a statement. */
const INSERTED_AT_ONCE = 200;

type Value = string | number | null | { base64: string };
type Row = Record<string, Value>;
type Line =
  | { gatehouseFirm: number; slug: string; name: string; exportedAt: string }
  | { table: string; row: Row }
  | { rows: number; digest: string };

const storable = (value: unknown): Value =>
  value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : (value as Value);
const stored = (value: Value | undefined): unknown =>
  typeof value === "object" && value !== null ? Buffer.from(value.base64, "base64") : (value ?? null);
const tablesOf = (dataSource: DataSource): [EntityMetadata, Scope][] =>
  entities.map((entity) => [dataSource.getMetadata(entity), conditionOf(entity)]);
const columnsOf = ({ columns }: EntityMetadata) => columns.map(({ databaseName }) => databaseName);

/**
 * Writes a firm into a file: a line of JSON for each row, as they were at one moment. Returns how many. The last line
 * holds their number and digest, so that a file that was cut off is recognized. Encrypted values and digests stay as
 * they are: the other server needs the keys.
 */
export async function exportFirm(dataSource: DataSource, { slug, to }: { slug: string; to: string }): Promise<number> {
  if (existsSync(to)) throw new CommandError(`${to} exists, and an export overwrites nothing.`);
  const part = `${to}.part`;
  rmSync(part, { force: true });
  const file = createWriteStream(part, { mode: 0o600, flags: "wx" });
  const digest = createHash("sha256");
  const write = async (line: Line) => {
    const text = `${JSON.stringify(line)}\n`;
    digest.update(text);
    if (!file.write(text)) await once(file, "drain");
  };
  let rows = 0;
  try {
    await once(file, "open");
    // A plain transaction would see what others commit meanwhile.
    await dataSource.transaction("REPEATABLE READ", async (manager) => {
      const firm = await manager.findOneBy(Firm, { slug });
      if (!firm) throw new CommandError(`There is no firm with the slug ${slug}.`);
      await write({ gatehouseFirm: VERSION, slug, name: firm.name, exportedAt: new Date().toISOString() });
      for (const [table, scope] of tablesOf(dataSource)) {
        if (scope === null) continue;
        for await (const row of rowsOf(manager, table, scope, firm.id)) {
          await write({ table: table.tableName, row });
          rows++;
        }
      }
    });
    file.end(`${JSON.stringify({ rows, digest: digest.digest("hex") } satisfies Line)}\n`);
    await once(file, "finish");
    renameSync(part, to);
    return rows;
  } catch (error) {
    throw error instanceof Error && "syscall" in error ? new CommandError(error.message) : error;
  } finally {
    file.destroy();
    rmSync(part, { force: true });
  }
}

/** A firm's rows of one table, in the order of its primary key. */
async function* rowsOf(
  manager: EntityManager,
  table: EntityMetadata,
  condition: string,
  firmId: string,
): AsyncGenerator<Row> {
  const key = table.primaryColumns.map(({ databaseName }) => databaseName);
  const inOrder = ` ORDER BY ${key.join(", ")} LIMIT ${PAGE}`;
  const mine = `SELECT ${columnsOf(table).join(", ")} FROM ${table.tableName} WHERE ${condition}`;
  const after = ` AND (${key.join(", ")}) > (${key.map(() => "?").join(", ")})`;
  const firmIds = condition.match(/\?/g)?.map(() => firmId) ?? [];
  for (let last: Row | undefined; ;) {
    const page: Record<string, unknown>[] = await (last === undefined
      ? manager.query(mine + inOrder, firmIds)
      : manager.query(mine + after + inOrder, [...firmIds, ...key.map((name) => stored(last?.[name]))]));
    for (const row of page) {
      last = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, storable(value)]));
      yield last;
    }
    if (page.length < PAGE) return;
  }
}

/**
 * Imports a firm that another server exported, whole or not at all. Throws CommandError if the file is not whole, if
 * this server has a firm with that slug, one of its ids or one of its team's emails, or if the keys do not open it.
 */
export async function importFirm(
  dataSource: DataSource,
  keys: KeyRing,
  from: string,
): Promise<{ slug: string; name: string; rows: number }> {
  if (!existsSync(from)) throw new CommandError(`${from} does not exist.`);
  const tables = new Map(
    tablesOf(dataSource).flatMap(([table, scope]) => (scope === null ? [] : [[table.tableName, table] as const])),
  );
  try {
    return await inTransaction(dataSource, async (manager) => {
      const before = await lostWith(manager, keys);
      const imported = await insertAll(manager, tables, from);
      const lost = (await lostWith(manager, keys)).filter((line) => !before.includes(line));
      if (lost.length > 0)
        throw new CommandError(
          ["SECRET_KEYS does not open this firm, so nothing was imported:", ...lost.map((line) => `  ${line}`)].join(
            "\n",
          ),
        );
      return imported;
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new CommandError(
        "This server already has the firm, or one of its ids or its team's emails: nothing was imported.",
      );
    throw error;
  }
}

const lostWith = async (manager: EntityManager, keys: KeyRing): Promise<string[]> => [
  ...unusable(await keyUsage(manager), keys),
  ...(await unreadableValues(manager, keys)).map(({ name, unreadable }) => `${unreadable} ${name} cannot be decrypted`),
];

async function insertAll(
  manager: EntityManager,
  tables: ReadonlyMap<string, EntityMetadata>,
  from: string,
): Promise<{ slug: string; name: string; rows: number }> {
  const notWhole = new CommandError(`${from} is not a whole export of a firm: nothing was imported.`);
  const digest = createHash("sha256");
  let firm: { slug: string; name: string } | null = null;
  let rows = 0;
  let isWhole = false;
  let batch: { table: EntityMetadata; rows: Row[] } | null = null;
  const flush = async () => {
    if (batch !== null) await insert(manager, batch.table, batch.rows);
    batch = null;
  };
  for await (const text of createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = parsed(text);
    if (line === null || isWhole) throw notWhole;
    if ("gatehouseFirm" in line) {
      if (line.gatehouseFirm !== VERSION)
        throw new CommandError(`${from} was exported by another version of Gatehouse.`);
      if (await manager.existsBy(Firm, { slug: line.slug }))
        throw new CommandError(`This server already has a firm with the slug ${line.slug}: nothing was imported.`);
      firm = { slug: line.slug, name: line.name };
    } else if ("table" in line) {
      const table = tables.get(line.table);
      if (!table || firm === null) throw notWhole;
      if (batch !== null && (batch.table !== table || batch.rows.length === INSERTED_AT_ONCE)) await flush();
      batch ??= { table, rows: [] };
      batch.rows.push(line.row);
      rows++;
    } else {
      await flush();
      isWhole = line.rows === rows && line.digest === digest.copy().digest("hex");
    }
    digest.update(`${text}\n`);
  }
  if (firm === null || !isWhole) throw notWhole;
  return { ...firm, rows };
}

function parsed(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null && ("gatehouseFirm" in line || "table" in line || "digest" in line)
      ? (line as Line)
      : null;
  } catch {
    return null;
  }
}

async function insert(manager: EntityManager, table: EntityMetadata, rows: readonly Row[]): Promise<void> {
  const columns = columnsOf(table);
  const unknown = Object.keys(rows[0] ?? {}).filter((name) => !columns.includes(name));
  if (unknown.length > 0)
    throw new CommandError(`The export has ${table.tableName}.${unknown.join(", ")}: it was made by a newer version.`);
  const values = rows.map(() => `(${columns.map(() => "?").join(", ")})`).join(", ");
  await manager.query(
    `INSERT INTO ${table.tableName} (${columns.join(", ")}) VALUES ${values}`,
    rows.flatMap((row) => columns.map((name) => stored(row[name]))),
  );
}
