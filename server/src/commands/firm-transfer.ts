import { createHash, type Hash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { DataSource, EntityManager, EntityMetadata } from "typeorm";
import { entities } from "../entities.js";
import { Firm } from "../features/firms/firm.entity.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { respellAddresses } from "../migrations/1764160000000-address-spellings.js";
import { rebuildSearchForms } from "../migrations/1764170000000-search-forms.js";
import { isUniqueViolation } from "../platform/database/dialect.js";
import { inTransaction } from "../platform/database/transaction.js";
import { CommandError } from "./command-error.js";
import { conditionOf, type Scope } from "./firm-tables.js";
import { ImportedTeam } from "./imported-team.js";
import { lostValues } from "./rotate-keys.command.js";

const VERSION = 1;
const PAGE = 500;
/** SQLite accepts 32,766 parameters in a statement. */
const INSERTED_AT_ONCE = 200;

type Value = string | number | null | { base64: string };
type Row = Record<string, Value>;
interface Header {
  gatehouseFirm: number;
  slug: string;
  name: string;
  exportedAt: string;
  /** The key that the last line's code is made with. */
  keyId: string;
}
type Line = Header | { table: string; row: Row } | { rows: number; mac: string };

const storable = (value: unknown): Value =>
  value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : (value as Value);
const stored = (value: Value | undefined): unknown =>
  typeof value === "object" && value !== null ? Buffer.from(value.base64, "base64") : (value ?? null);
const tablesOf = (dataSource: DataSource): [EntityMetadata, Scope][] =>
  entities.map((entity) => [dataSource.getMetadata(entity), conditionOf(entity)]);
const columnsOf = ({ columns }: EntityMetadata) => columns.map(({ databaseName }) => databaseName);

/**
 * The code of a file's lines before the last. A row can give anybody access, so a file is imported only if a holder of
 * the keys made it.
 */
const macOf = (keys: KeyRing, digest: Hash, keyId: string) => keys.hmac(digest.digest("hex"), "firm export", keyId);

/**
 * Writes a firm into a file: a line of JSON for each row, as they were at one moment. Returns how many. The last line
 * holds their number and their code, so that a file that was cut off or changed is recognized. Encrypted values and
 * digests stay as they are: the other server needs the keys.
 */
export async function exportFirm(
  dataSource: DataSource,
  keys: KeyRing,
  { slug, to }: { slug: string; to: string },
): Promise<number> {
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
      const exportedAt = new Date().toISOString();
      await write({ gatehouseFirm: VERSION, slug, name: firm.name, exportedAt, keyId: keys.activeId });
      for (const [table, scope] of tablesOf(dataSource)) {
        if (scope === null) continue;
        for await (const row of rowsOf(manager, table, scope, firm.id)) {
          await write({ table: table.tableName, row });
          rows++;
        }
      }
    });
    file.end(`${JSON.stringify({ rows, mac: macOf(keys, digest, keys.activeId) } satisfies Line)}\n`);
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
 * this server has a firm with that slug or one of its ids, or if the keys do not open it. `known`: the emails of its
 * team that sign in here already; their password of here stays, whatever the file says.
 */
export async function importFirm(
  dataSource: DataSource,
  keys: KeyRing,
  from: string,
): Promise<{ slug: string; name: string; rows: number; known: string[] }> {
  if (!existsSync(from)) throw new CommandError(`${from} does not exist.`);
  const header = await checkedHeader(keys, from);
  const tables = new Map(
    tablesOf(dataSource).flatMap(([table, scope]) => (scope === null ? [] : [[table.tableName, table] as const])),
  );
  try {
    return await inTransaction(dataSource, async (manager) => {
      const before = await lostValues(manager, keys);
      if (await manager.existsBy(Firm, { slug: header.slug }))
        throw new CommandError(`This server already has a firm with the slug ${header.slug}: nothing was imported.`);
      const team = new ImportedTeam();
      const rows = await insertAll(manager, tables, from, team);
      // The other server may be of a version in which a domain had several forms, or with other words to search by.
      const { id: firmId } = await manager.findOneByOrFail(Firm, { slug: header.slug });
      if (manager.queryRunner) {
        await respellAddresses(manager.queryRunner, firmId);
        await rebuildSearchForms(manager.queryRunner, firmId);
      }
      const known = await team.settle(manager, firmId);
      const lost = (await lostValues(manager, keys)).filter((line) => !before.includes(line));
      if (lost.length > 0)
        throw new CommandError(
          ["SECRET_KEYS does not open this firm, so nothing was imported:", ...lost.map((line) => `  ${line}`)].join(
            "\n",
          ),
        );
      return { slug: header.slug, name: header.name, rows, known };
    });
  } catch (error) {
    if (isUniqueViolation(error))
      throw new CommandError("This server already has the firm, or one of its ids: nothing was imported.");
    throw error;
  }
}

const linesOf = (from: string) =>
  createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY });

/** Reads the whole file before anything of it is used. Throws CommandError unless a holder of the keys made it as it is. */
async function checkedHeader(keys: KeyRing, from: string): Promise<Header> {
  const notWhole = new CommandError(`${from} is not a whole export of a firm, as it was made: nothing was imported.`);
  const digest = createHash("sha256");
  let header: Header | null = null;
  let rows = 0;
  let isWhole = false;
  for await (const text of linesOf(from)) {
    const line = parsed(text);
    if (line === null || isWhole || "gatehouseFirm" in line !== (header === null)) throw notWhole;
    if ("gatehouseFirm" in line) {
      if (line.gatehouseFirm !== VERSION)
        throw new CommandError(`${from} was exported by another version of Gatehouse.`);
      if (!keys.ids.includes(line.keyId))
        throw new CommandError(
          "SECRET_KEYS does not open this firm, so nothing was imported: it lacks the key of the server that exported it.",
        );
      header = line;
    } else if ("table" in line) rows++;
    else isWhole = line.rows === rows && line.mac === macOf(keys, digest.copy(), header?.keyId ?? "");
    digest.update(`${text}\n`);
  }
  if (header === null || !isWhole) throw notWhole;
  return header;
}

/** Returns how many rows it inserted. */
async function insertAll(
  manager: EntityManager,
  tables: ReadonlyMap<string, EntityMetadata>,
  from: string,
  team: ImportedTeam,
): Promise<number> {
  let inserted = 0;
  let batch: { table: EntityMetadata; rows: Row[] } | null = null;
  const flush = async () => {
    if (batch !== null) await insert(manager, batch.table, batch.rows);
    inserted += batch?.rows.length ?? 0;
    batch = null;
  };
  for await (const text of linesOf(from)) {
    const line = parsed(text);
    if (line === null || !("table" in line)) continue;
    const table = tables.get(line.table);
    if (!table)
      throw new CommandError(`The export has the table ${line.table}: it was made by another version of Gatehouse.`);
    if (batch !== null && (batch.table !== table || batch.rows.length === INSERTED_AT_ONCE)) await flush();
    batch ??= { table, rows: [] };
    const row = team.take(line.table, line.row);
    if (row === null) inserted++;
    else batch.rows.push(row);
  }
  await flush();
  return inserted;
}

function parsed(text: string): Line | null {
  try {
    const line: unknown = JSON.parse(text);
    return typeof line === "object" && line !== null && ("gatehouseFirm" in line || "table" in line || "mac" in line)
      ? (line as Line)
      : null;
  } catch {
    return null;
  }
}

async function insert(manager: EntityManager, table: EntityMetadata, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
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
