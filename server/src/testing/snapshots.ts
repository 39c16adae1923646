import type { EntityManager } from "typeorm";
import { dialectOf } from "../platform/database/dialect.js";
import type { Work } from "../features/work/unit-of-work.js";

/** The whole content of a database: rows by table. */
export type Snapshot = ReadonlyMap<string, readonly Record<string, unknown>[]>;

const tablesOf = (manager: EntityManager) => manager.connection.entityMetadatas.map(({ tableName }) => tableName);

export async function takeSnapshot({ reader }: Work): Promise<Snapshot> {
  const rows = new Map<string, Record<string, unknown>[]>();
  for (const table of tablesOf(reader)) rows.set(table, await reader.query(`SELECT * FROM ${table}`));
  return rows;
}

/** Restores the database to what it was. */
export async function restoreSnapshot(work: Work, snapshot: Snapshot): Promise<void> {
  await work.do(async ({ manager }) => {
    const isMysql = dialectOf(manager) === "mysql";
    await manager.query(isMysql ? "SET FOREIGN_KEY_CHECKS = 0" : "PRAGMA defer_foreign_keys = ON");
    for (const table of tablesOf(manager)) await manager.query(`DELETE FROM ${table}`);
    for (const [table, rows] of snapshot) {
      const columns = Object.keys(rows[0] ?? {});
      if (columns.length === 0) continue;
      const places = `(${columns.map(() => "?").join(", ")})`;
      await manager.query(
        `INSERT INTO ${table} (${columns.map((column) => `\`${column}\``).join(", ")}) VALUES ${rows.map(() => places).join(", ")}`,
        rows.flatMap((row) => columns.map((column) => row[column])),
      );
    }
    if (isMysql) await manager.query("SET FOREIGN_KEY_CHECKS = 1");
  });
}
