import type { PoolConnection } from "mysql2";
import type { DataSource } from "typeorm";
import { withTimeLimit, type Flavour } from "./dialect.js";
import { executeRows } from "./planned-rows.js";
import { preparedRows, preparedRowsOf, unpreparedRows, unpreparedRowsOf } from "./prepared-rows.js";
import type { Select } from "./sql.js";

/** Reads, and can do nothing else: a statement is a SELECT by its type. */
export interface Reads {
  /** For dialect.ts, which writes SQL for this database. */
  readonly flavour: Flavour;
  /** By a statement that each connection prepares once; see preparedRows. */
  rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]>;
  /** The same for pages of wide rows; see preparedRowsOf. */
  rowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]>;
  /** By a statement that no connection keeps; see unpreparedRows. */
  unpreparedRows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]>;
  /** The same for pages of wide rows. */
  unpreparedRowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]>;
  /** By a statement that may take this long at most; `isOutOfTime` recognizes the error. */
  rowsInTime<T>(limitMs: number, statement: Select<T>, parameters: readonly unknown[]): Promise<T[]>;
}

/** Reads from the primary, each statement on any connection. */
export class PrimaryReads implements Reads {
  constructor(private readonly dataSource: DataSource) {}

  get flavour(): Flavour {
    return this.dataSource;
  }
  rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return preparedRows(this.dataSource, statement, parameters);
  }
  rowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]> {
    return preparedRowsOf(this.dataSource, rowOf, statement, parameters);
  }
  unpreparedRows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return unpreparedRows(this.dataSource.manager, statement, parameters);
  }
  unpreparedRowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]> {
    return unpreparedRowsOf(this.dataSource.manager, rowOf, statement, parameters);
  }
  async rowsInTime<T>(limitMs: number, statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    const text = withTimeLimit(this.dataSource, statement.sqlText, limitMs);
    return statement.rowsOf(await this.dataSource.query<unknown[]>(text, [...parameters]));
  }
}

/** A replica could not answer, for whatever reason: the primary has to. */
export class ReplicaFailed extends Error {
  constructor(override readonly cause: unknown) {
    super("the replica did not answer");
    this.name = "ReplicaFailed";
  }
}

/** A statement that takes longer is left to the primary, so that no caller waits twice for long. */
const REPLICA_LIMIT_MS = 2000;

/**
 * Reads from a replica, all statements on one connection: what one of them has seen, the next ones see as well. Throws
 * ReplicaFailed.
 */
export class ReplicaReads implements Reads {
  private isOver = false;

  constructor(
    private readonly connection: PoolConnection,
    readonly flavour: Flavour,
  ) {}

  /** From now on nothing is read: the connection belongs to somebody else. */
  end(): void {
    this.isOver = true;
  }

  async rows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return statement.rowsOf(await this.executed(statement.sqlText, parameters, false));
  }
  async rowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]> {
    return statement.rowsOf((await this.executed(statement.sqlText, parameters, true)) as V[]).map(rowOf);
  }
  async unpreparedRows<T>(statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    return statement.rowsOf(await this.queried(statement.sqlText, parameters));
  }
  async unpreparedRowsOf<V extends readonly unknown[], T>(
    rowOf: (values: V) => T,
    statement: Select<V>,
    parameters: readonly unknown[],
  ): Promise<T[]> {
    const rows = (await this.queried(statement.sqlText, parameters)) as object[];
    return statement.rowsOf(rows.map((row) => Object.values(row))).map(rowOf);
  }
  async rowsInTime<T>(limitMs: number, statement: Select<T>, parameters: readonly unknown[]): Promise<T[]> {
    const text = withTimeLimit(this.flavour, statement.sqlText, Math.min(limitMs, REPLICA_LIMIT_MS));
    return statement.rowsOf(await this.queried(text, parameters));
  }

  private executed(text: string, parameters: readonly unknown[], isOfArrays: boolean): Promise<unknown[]> {
    return this.sent((done) => executeRows(this.connection, text, parameters, isOfArrays, done));
  }
  private queried(text: string, parameters: readonly unknown[]): Promise<unknown[]> {
    return this.sent((done) => void this.connection.query(text, [...parameters], done));
  }
  private sent(send: (done: (error: Error | null, rows: unknown) => void) => void): Promise<unknown[]> {
    if (this.isOver) throw new Error("a list read from the replica after it had ended");
    return new Promise((resolve, reject) => {
      try {
        send((error, rows) => {
          if (error) reject(new ReplicaFailed(error));
          else resolve(rows as unknown[]);
        });
      } catch (error) {
        // The driver rejected a parameter's type.
        reject(new ReplicaFailed(error));
      }
    });
  }
}
