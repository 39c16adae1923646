import mysql2 from "mysql2";
import { SqliteDatabase } from "../platform/database/sqlite-driver.js";

/** A statement as a driver sends it, with its parameters. */
export interface SentStatement {
  sql: string;
  parameters: readonly unknown[];
}

const listeners = new Set<(sent: SentStatement) => void>();
const notifyListeners = (sql: unknown, parameters: unknown) => {
  if (typeof sql !== "string") throw new Error("a statement that is not text was sent");
  for (const listener of listeners) listener({ sql, parameters: Array.isArray(parameters) ? parameters : [] });
};

// Patched where the drivers send statements, below TypeORM and prepared statements, so that none is missed.
const prepare = SqliteDatabase.prototype.prepare;
SqliteDatabase.prototype.prepare = function heardPrepare(sql) {
  const statement = prepare.call(this, sql);
  for (const name of ["all", "get", "run"] as const) {
    const send = statement[name].bind(statement);
    Object.assign(statement, {
      [name]: (...parameters: unknown[]) => {
        notifyListeners(sql, parameters);
        return send(...parameters);
      },
    });
  }
  return statement;
};
const connection = Object.getPrototypeOf(
  (mysql2 as unknown as { Connection: { prototype: object } }).Connection.prototype,
) as {
  query: (...given: unknown[]) => unknown;
  execute: (...given: unknown[]) => unknown;
};
for (const name of ["query", "execute"] as const) {
  const send = connection[name];
  connection[name] = function heardSend(this: unknown, ...given: unknown[]) {
    const [first, values] = given as [string | { sql: string; values?: unknown }, unknown];
    if (typeof first === "string") notifyListeners(first, values);
    else notifyListeners(first.sql, first.values ?? values);
    return send.apply(this, given);
  };
}

/**
 * Calls the listener with every statement that any server of this test sends from now on; returns a function that stops
 * it.
 */
export function onStatement(listener: (sent: SentStatement) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The statements sent while `run` runs. */
export async function statementsDuring(run: () => Promise<unknown>): Promise<SentStatement[]> {
  const sent: SentStatement[] = [];
  const stop = onStatement((statement) => void sent.push(statement));
  try {
    await run();
  } finally {
    stop();
  }
  return sent;
}
