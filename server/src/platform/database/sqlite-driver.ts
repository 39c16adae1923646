import * as photostructure from "@photostructure/sqlite";

/** The part of `node:sqlite`'s API used here; @photostructure/sqlite offers the same. */
interface SqliteStatement {
  columns(): unknown[];
  all(...parameters: unknown[]): unknown[];
  get(...parameters: unknown[]): unknown;
  run(...parameters: unknown[]): unknown;
}
interface SqliteConnection {
  prepare(sql: string): SqliteStatement;
  exec(sql: string): void;
  close(): void;
}
interface SqliteModule {
  DatabaseSync: new (file: string, options: { readOnly: boolean; timeout: number }) => SqliteConnection;
}

const { DatabaseSync } = photostructure as unknown as SqliteModule;

/** SQLite's primary result codes (sqlite.org/rescode.html). */
export const sqliteCodes = { busy: 5, corrupt: 11, notADatabase: 26 } as const;
const textOf: ReadonlyMap<string, number> = new Map([
  ["database is locked", sqliteCodes.busy],
  ["database disk image is malformed", sqliteCodes.corrupt],
]);
/** The primary result code of an error; 0 if it has none. The further bytes of an extended code tell more. */
export function sqliteCodeOf(error: unknown): number {
  if (!(typeof error === "object" && error !== null)) return 0;
  if ("errcode" in error) return Number(error.errcode) & 0xff;
  // The driver's `all` reports only the text.
  return "message" in error ? (textOf.get(String(error.message)) ?? 0) : 0;
}

class Statement {
  /** better-sqlite3's flag for a statement that returns rows. */
  readonly reader: boolean;
  constructor(private readonly statement: SqliteStatement) {
    this.reader = statement.columns().length > 0;
  }
  all(...parameters: unknown[]) {
    return this.statement.all(...parameters);
  }
  get(...parameters: unknown[]) {
    return this.statement.get(...parameters);
  }
  run(...parameters: unknown[]) {
    return this.statement.run(...parameters);
  }
}

/**
 * The better-sqlite3 interface that TypeORM's driver expects, implemented over @photostructure/sqlite. Its binaries
 * come with the package, so that nothing is compiled or downloaded at install.
 */
export class SqliteDatabase {
  private readonly connection: SqliteConnection;
  constructor(file: string, options: { readonly?: boolean; timeout?: number } = {}) {
    this.connection = new DatabaseSync(file, {
      readOnly: options.readonly ?? false,
      timeout: options.timeout ?? 10_000,
    });
  }
  prepare(sql: string) {
    return new Statement(this.connection.prepare(sql));
  }
  pragma(pragma: string) {
    return this.connection.prepare(`PRAGMA ${pragma}`).all();
  }
  exec(sql: string) {
    this.connection.exec(sql);
    return this;
  }
  close() {
    this.connection.close();
  }
}
