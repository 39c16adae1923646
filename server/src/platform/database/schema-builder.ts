import { Table, TableForeignKey, TableIndex, type QueryRunner, type TableColumnOptions } from "typeorm";
import { dialectOf } from "./dialect.js";

/** A column as migrations write it, described once for both databases. */
type Column = (dialect: "sqlite" | "mysql") => TableColumnOptions;

export interface TableDescription {
  name: string;
  columns: Column[];
  indices: { name: string; columnNames: string[]; isUnique: boolean }[];
  foreignKeys: { name: string; columnNames: string[]; referencedTableName: string }[];
}

const varchar =
  (name: string, length: number): Column =>
  () => ({ name, type: "varchar", length: length.toString() });
export const id = (name: string) => varchar(name, 30);
export const digest = (name: string) => varchar(name, 64);
export const text = varchar;
export const at =
  (name: string): Column =>
  () => ({ name, type: "bigint" });
export const count =
  (name: string): Column =>
  (dialect) => ({ name, type: dialect === "mysql" ? "int" : "integer" });
export const flag =
  (name: string): Column =>
  (dialect) =>
    dialect === "mysql" ? { name, type: "tinyint", width: 1 } : { name, type: "boolean" };
export const longText =
  (name: string): Column =>
  () => ({ name, type: "text" });

/** Up to 65,535 bytes. */
export const blob =
  (name: string): Column =>
  () => ({ name, type: "blob" });

export const nullable =
  (column: Column): Column =>
  (dialect) => ({ ...column(dialect), isNullable: true });
export const primary =
  (column: Column): Column =>
  (dialect) => ({ ...column(dialect), isPrimary: true });

export const index = (name: string, ...columnNames: string[]) => ({ name, columnNames, isUnique: false });
export const unique = (name: string, ...columnNames: string[]) => ({ name, columnNames, isUnique: true });
/** A row that is deleted with the one it belongs to. */
export const belongsTo = (name: string, columnName: string, referencedTableName: string) => ({
  name,
  columnNames: [columnName],
  referencedTableName,
});

export async function createTables(runner: QueryRunner, tables: TableDescription[]): Promise<void> {
  const dialect = dialectOf(runner.manager);
  // Binary collation everywhere: under the default ones 'mıke' = 'mike', so that a lookup by id or digest could match
  // another row. Search and sorting use separate columns with normalized text.
  if (dialect === "mysql") await runner.query("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  for (const { name, columns, indices, foreignKeys } of tables) {
    await runner.createTable(
      new Table({
        name,
        columns: columns.map((column) => column(dialect)),
        indices: indices.map((options) => new TableIndex(options)),
        foreignKeys: foreignKeys.map(
          (options) =>
            new TableForeignKey({
              ...options,
              referencedColumnNames: ["id"],
              onDelete: "CASCADE",
              onUpdate: "NO ACTION",
            }),
        ),
      }),
    );
  }
}

export async function dropTables(runner: QueryRunner, tables: TableDescription[]): Promise<void> {
  for (const { name } of tables.toReversed()) await runner.dropTable(name);
}
