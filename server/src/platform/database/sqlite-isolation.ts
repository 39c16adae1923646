import type { DataSource, QueryRunner } from "typeorm";
import { BetterSqlite3QueryRunner } from "typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js";
import type { IsolationLevel } from "typeorm/driver/types/IsolationLevel.js";
import { SqliteDatabase } from "./sqlite-driver.js";

/** First come, first served. Waiting past the limit fails as MySQL's lock wait does. */
class FairLock {
  private queue: (() => void)[] = [];
  private isHeld = false;
  constructor(private readonly timeoutMs: number) {}

  acquire(): Promise<void> {
    if (!this.isHeld) {
      this.isHeld = true;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const proceed = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.queue = this.queue.filter((waiting) => waiting !== proceed);
        reject(Object.assign(new Error("Lock wait timeout exceeded"), { code: "ER_LOCK_WAIT_TIMEOUT" }));
      }, this.timeoutMs);
      this.queue.push(proceed);
    });
  }

  release(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.isHeld = false;
  }
}

type Statement = ReturnType<SqliteDatabase["prepare"]>;
const CACHED_STATEMENTS = 200;
const isRead = (sql: string) => /^\s*(select|explain)\b/i.test(sql);

/**
 * TypeORM's runner with the private parts used here: where it takes statements from, and how deeply its transactions
 * are nested.
 */
type OpenRunner = QueryRunner & {
  transactionDepth: number;
  isReleased: boolean;
  getStmt(sql: string): Promise<Statement>;
};
const OpenRunner = BetterSqlite3QueryRunner as unknown as new (driver: unknown) => OpenRunner;

/**
 * TypeORM gives every request the same SQLite query runner, so that parallel transactions interleave and one request's
 * ROLLBACK erases another's insert. Here each runner has its own transaction scope: writers queue on one fair lock, and
 * reads outside a transaction use a second, read-only connection (WAL), which never sees uncommitted data.
 */
export function isolateSqlite(dataSource: DataSource, lockTimeoutMs = 10_000): DataSource {
  const driver = dataSource.driver as unknown as {
    options: { database: string };
    databaseConnection: SqliteDatabase;
    createQueryRunner: () => QueryRunner;
    disconnect: () => Promise<void>;
  };
  const file = driver.options.database;
  const lock = new FairLock(lockTimeoutMs);
  const writerStatements = new Map<string, Statement>();
  const readerStatements = new Map<string, Statement>();
  let reader: SqliteDatabase | undefined;
  const readerConnection = () =>
    file === ":memory:" ? undefined : (reader ??= new SqliteDatabase(file, { readonly: true }));

  class IsolatedRunner extends OpenRunner {
    private holdsLock = false;

    constructor() {
      super(driver);
    }

    override async getStmt(given: string): Promise<Statement> {
      // Takes SQLite's own lock at once, which other processes respect: a transaction that has read could not begin to
      // write after one of theirs, however long it waits.
      const sql = given === "BEGIN TRANSACTION" ? "BEGIN IMMEDIATE TRANSACTION" : given;
      const connection = !this.holdsLock && isRead(sql) ? readerConnection() : undefined;
      const statements = connection ? readerStatements : writerStatements;
      const known = statements.get(sql);
      if (known) return known;
      const statement = (connection ?? driver.databaseConnection).prepare(sql);
      if (/^\s*(select|insert|update|delete|begin|commit|rollback)\b/i.test(sql)) {
        statements.set(sql, statement);
        if (statements.size > CACHED_STATEMENTS) statements.delete(statements.keys().next().value ?? "");
      }
      return statement;
    }

    override async query(sql: string, parameters?: unknown[], structured?: boolean) {
      const run = () => super.query(sql, parameters, structured as true);
      if (this.holdsLock || (isRead(sql) && readerConnection())) return run();
      await lock.acquire();
      try {
        return await run();
      } finally {
        lock.release();
      }
    }

    override async startTransaction(level?: IsolationLevel) {
      if (this.transactionDepth > 0) return super.startTransaction(level);
      await lock.acquire();
      this.holdsLock = true;
      try {
        // With one writer at a time everything is SERIALIZABLE already, and SQLite's driver accepts no other level.
        return await super.startTransaction("SERIALIZABLE");
      } catch (error) {
        this.letGo();
        throw error;
      }
    }

    override async commitTransaction() {
      await super.commitTransaction();
      if (this.transactionDepth === 0) this.letGo();
    }

    override async rollbackTransaction() {
      try {
        await super.rollbackTransaction();
      } finally {
        if (this.transactionDepth <= 0) this.letGo();
      }
    }

    override async release() {
      if (this.holdsLock) await this.rollbackTransaction().catch(() => this.letGo());
      this.isReleased = true;
      return super.release();
    }

    private letGo() {
      if (!this.holdsLock) return;
      this.holdsLock = false;
      lock.release();
    }
  }

  driver.createQueryRunner = () => new IsolatedRunner();
  const disconnect = driver.disconnect.bind(driver);
  driver.disconnect = async () => {
    writerStatements.clear();
    readerStatements.clear();
    reader?.close();
    reader = undefined;
    await disconnect();
  };
  return dataSource;
}
