import type { Socket } from "node:net";
import mysql2, { type Pool, type PoolConnection, type PoolOptions } from "mysql2";
import type { DataSource, QueryRunner } from "typeorm";
import { Overloaded, Unavailable } from "./outages.js";
import { planRows } from "./planned-rows.js";
import { currentReader } from "./readers.js";
import { Turns } from "./turns.js";

/** What the callers of a pool wait for at most. */
export interface PoolBounds {
  /** How long opening a connection may take, with its handshake. */
  connectMs: number;
  /** How long a server may be silent during a statement. A frozen one would otherwise hold the request for ever. */
  statementMs: number;
  /** How long a caller waits for a connection, and how many may. */
  waitMs: number;
  waiting: { all: number; ofOneCaller: number };
  /** Sent on each connection when it opens. */
  session: readonly string[];
}

/** Shorter than a statement may take, so that a waiting writer fails by itself and can be retried. */
const LOCK_WAIT_SECONDS = 3;
/** How long the check of /readyz may take. */
export const PROBE_MS = 2000;

/** Code that reads a row before locking it must see the row's current state once it holds the lock. */
export const READ_COMMITTED = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

const OF_PRIMARY: PoolBounds = {
  connectMs: 3000,
  statementMs: 10_000,
  waitMs: 5000,
  waiting: { all: 20_000, ofOneCaller: 5000 },
  session: [READ_COMMITTED, `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS}`],
};

/** The driver's private parts used here. */
export type OpenConnection = PoolConnection & { stream: Socket; _command?: object | null };

/** The parts of the pinned driver's pool that its types omit. */
export interface PoolState {
  config: { connectionLimit: number };
  _allConnections: { length: number };
  _freeConnections: { length: number };
  _closed: boolean;
  releaseConnection(connection: PoolConnection): void;
}

/** A pool whose callers never wait for long. */
export interface BoundedPool extends Pool {
  /** How many callers wait for a connection. */
  readonly waitingCallers: number;
  /** Destroys the connection; those that are as old as it are replaced when they are next used. */
  discard(connection: PoolConnection): void;
  /** All connections that exist are replaced when they are next used. */
  replaceAll(): void;
  /** A pool of one connection to the same server, on which nobody else waits. */
  probe(): Pool;
}

/** Cuts a connection whose server is silent. One timer of the socket covers all statements and costs them nothing. */
function boundStatements(connection: OpenConnection, statementMs: number, onSilence: () => void): void {
  const { stream } = connection;
  stream.setTimeout(statementMs);
  // Not by setTimeout's own callback, which is called once: after an idle time it would be used up.
  stream.on("timeout", () => {
    // oxlint-disable-next-line no-underscore-dangle -- the driver's name for the statement under way
    if (connection._command == null) return;
    onSilence();
    stream.destroy(Object.assign(new Error("the database did not answer in time"), { code: "ETIMEDOUT" }));
  });
}

type CreatePool = (options: PoolOptions) => Pool;

export function boundedPool(create: CreatePool, options: PoolOptions, bounds: PoolBounds): BoundedPool {
  const { connectMs, statementMs, waitMs, waiting: mostWaiting, session } = bounds;
  const pool = create({ ...options, connectTimeout: connectMs }) as BoundedPool;
  let opened = 0;
  let stale = 0;
  const numbers = new WeakMap<object, number>();
  pool.on("connection", (connection) => {
    numbers.set(connection, ++opened);
    planRows(connection);
    // Whoever runs a statement gets its error. Without a listener, a second one would end the process.
    connection.on("error", () => undefined);
    boundStatements(connection as OpenConnection, statementMs, pool.replaceAll);
    for (const statement of session)
      connection.query(statement, (error: Error | null) => {
        // A connection with any other settings must not be used.
        if (error) connection.destroy();
      });
  });

  const state = pool as unknown as PoolState;
  /* oxlint-disable no-underscore-dangle -- the driver's names */
  const isFree = () =>
    state._closed || state._freeConnections.length > 0 || state._allConnections.length < state.config.connectionLimit;
  /* oxlint-enable no-underscore-dangle */
  const waiting = new Turns<() => void>(mostWaiting);
  const startNext = () => {
    while (waiting.length > 0 && isFree()) waiting.next()?.();
  };
  // The driver calls it for a connection that comes back, and for one that is gone.
  const release = state.releaseConnection.bind(pool);
  state.releaseConnection = (connection) => {
    release(connection);
    startNext();
  };
  const end = pool.end.bind(pool);
  pool.end = (done) => {
    end(done);
    startNext();
  };
  const acquire = pool.getConnection.bind(pool);
  const lend: Pool["getConnection"] = (done) =>
    acquire((error, connection) => {
      // The pool's own refusal has no code, unlike whatever a connection fails with.
      if (error) return done(error.code === undefined ? asUnavailable(error) : new NoConnection(error), connection);
      if ((numbers.get(connection) ?? 0) > stale) return done(null, connection);
      connection.destroy();
      return pool.getConnection(done);
    });
  const getConnection: Pool["getConnection"] = (done) => {
    if (waiting.length === 0 && isFree()) return lend(done);
    const refuse = (reason: string) =>
      done(asUnavailable(new Overloaded(reason)), undefined as unknown as PoolConnection);
    const who = currentReader();
    const start = () => {
      clearTimeout(timer);
      lend(done);
    };
    const timer = setTimeout(() => {
      waiting.remove(who, start);
      refuse("no connection became free");
    }, waitMs);
    if (waiting.add(who, start)) return undefined;
    clearTimeout(timer);
    return refuse("too many wait for a connection");
  };
  pool.getConnection = getConnection;
  pool.discard = (connection) => {
    stale = Math.max(stale, numbers.get(connection) ?? 0);
    connection.destroy();
  };
  pool.replaceAll = () => (stale = opened);
  Object.defineProperty(pool, "waitingCallers", { get: () => waiting.length });
  pool.probe = () => create({ ...options, connectTimeout: PROBE_MS, connectionLimit: 1 });
  return pool;
}
/** Node's error for a name with several addresses has no message. */
class NoConnection extends Error {
  readonly code: string | undefined;
  readonly errno: number | undefined;
  constructor({ code, errno, message }: NodeJS.ErrnoException) {
    super(message || code);
    this.name = "NoConnection";
    this.code = code;
    this.errno = errno;
  }
}
const asUnavailable = (error: Error) => new Unavailable(error) as unknown as NodeJS.ErrnoException;

/** mysql2 as TypeORM uses it, with pools and connections that keep to the limits above. */
export const boundedMysql = (create: CreatePool = mysql2.createPool): { createPool: CreatePool } => ({
  ...mysql2,
  createPool: (options) => boundedPool(create, options, OF_PRIMARY),
});

const poolOf = (dataSource: DataSource) => (dataSource.driver as unknown as { pool?: BoundedPool }).pool;

/** Destroys the connection of a runner, so that nobody gets it again; false if it has none, or on SQLite. */
export function discardConnection(runner: QueryRunner): boolean {
  const { databaseConnection } = runner as unknown as { databaseConnection?: PoolConnection };
  const pool = poolOf(runner.connection);
  if (!pool || !databaseConnection) return false;
  pool.discard(databaseConnection);
  return true;
}

/** Lets the statements of a runner take any time: a migration may rebuild a table, or wait for old servers' writes. */
export async function withoutTimeLimit(runner: QueryRunner): Promise<void> {
  ((await runner.connect()) as OpenConnection).stream.setTimeout(0);
  await runner.query("SET SESSION innodb_lock_wait_timeout = DEFAULT");
}

/** Replaces all connections when they are next used: their server is silent, and a router may know the next primary. */
export const replaceConnections = (dataSource: DataSource): void => poolOf(dataSource)?.replaceAll();

/** The pool for /readyz. */
export function probePool(dataSource: DataSource): Pool {
  const pool = poolOf(dataSource);
  if (!pool) throw new Error("SQLite has no pool");
  return pool.probe();
}
