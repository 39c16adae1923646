import { AsyncResource } from "node:async_hooks";
import type { Pool, PoolConnection } from "mysql2";
import type { DataSource, QueryRunner } from "typeorm";
import { currentSpan, failureOf, type Span, type Tracing } from "./tracing.js";

type Callback = (error: unknown, ...results: unknown[]) => void;
type Call = (statement: string | { sql: string }, ...rest: unknown[]) => unknown;

/** Its first words, such as "SELECT": names of spans are few. */
const verbOf = (text: string): string => /^[\s(]*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "SQL";

/**
 * A span for a statement within a request, a mail or a webhook; null for a worker's look around. The text has
 * placeholders: statements never contain values (plain-sql.test.ts).
 */
const spanOf = (tracing: Tracing, system: string, text: string): Span | null =>
  currentSpan.current === undefined
    ? null
    : tracing.start(verbOf(text), "client", { "db.system.name": system, "db.query.text": text });

/**
 * Wraps a method of one connection that takes a statement, perhaps its parameters, and a callback. The driver's own
 * tracing channels are not used: they hold the text with its values.
 */
const traced =
  (tracing: Tracing, system: string, call: Call): Call =>
  (statement, ...rest) => {
    const done = rest.at(-1);
    const span =
      typeof done === "function"
        ? spanOf(tracing, system, typeof statement === "string" ? statement : statement.sql)
        : null;
    if (span === null) return call(statement, ...rest);
    const ended: Callback = (error, ...results) => {
      span.end(error ? failureOf(error) : null);
      (done as Callback)(error, ...results);
    };
    return call(statement, ...rest.slice(0, -1), ended);
  };

/** The same for a pool of mysql2. */
export function tracePool(pool: Pool, tracing: Tracing, system: string): void {
  const watch = (connection: PoolConnection) => {
    const methods = connection as unknown as Record<"query" | "execute", Call>;
    for (const name of ["query", "execute"] as const)
      methods[name] = traced(tracing, system, methods[name].bind(connection));
  };
  const { _allConnections: open } = pool as unknown as {
    _allConnections: { length: number; get(n: number): PoolConnection };
  };
  for (let n = 0; n < open.length; n++) watch(open.get(n));
  pool.on("connection", watch);
  // A caller that has waited would otherwise continue within the request that released the connection.
  const getConnection = pool.getConnection.bind(pool);
  pool.getConnection = (callback: Parameters<Pool["getConnection"]>[0]) => getConnection(AsyncResource.bind(callback));
}

/** Makes an open database create spans. It changes this data source only: no module is patched. */
export function traceStatements({ driver, options }: DataSource, tracing: Tracing): void {
  if (options.type !== "better-sqlite3") {
    tracePool((driver as unknown as { pool: Pool }).pool, tracing, options.type);
    return;
  }
  const create = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner: QueryRunner = create(mode);
    const query = runner.query.bind(runner);
    runner.query = async (text: string, ...rest: unknown[]) => {
      const span = spanOf(tracing, "sqlite", text);
      try {
        const rows: unknown = await query(text, ...(rest as [unknown[]]));
        span?.end();
        return rows as never;
      } catch (error) {
        span?.end(failureOf(error));
        throw error;
      }
    };
    return runner;
  };
}
