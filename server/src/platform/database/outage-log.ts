import type { Log } from "../log.js";
import { outsideScopes } from "../scoped-value.js";
import { Overloaded, type Outage } from "./outages.js";

/** Refusals for lack of a connection are logged this often at most. */
const TOGETHER_MS = 1000;

const refused = new WeakMap<Log, number>();

const isOverload = (error: unknown): boolean =>
  error instanceof Overloaded || (error instanceof Error && error.cause !== undefined && isOverload(error.cause));

/** Logs an outage. Of refusals for lack of a connection, which come in floods, only their number is logged. */
export function logOutage(log: Log, outage: Outage, request: { requestId: string; path?: string }): void {
  if (!isOverload(outage)) {
    log.warn({ err: outage.cause ?? outage, outage: outage.extensions.code, ...request }, "the database failed");
    return;
  }
  const before = refused.get(log) ?? 0;
  refused.set(log, before + 1);
  if (before > 0) return;
  const tell = () => {
    log.warn({ count: refused.get(log) }, "requests were refused because no database connection was free");
    refused.delete(log);
  };
  // The line is about no single request.
  outsideScopes(() => setTimeout(tell, TOGETHER_MS).unref());
}
