import type { Pool } from "mysql2";
import type { DataSource } from "typeorm";
import type { Log } from "../log.js";
import { dialectOf, driverErrorOf } from "./dialect.js";
import { Lease } from "./lease.entity.js";
import { PROBE_MS, probePool, replaceConnections } from "./mysql-pool.js";
import { isReadOnly, outageKindOf } from "./outages.js";
import { sql, table } from "./sql.js";
import { sawStorageFailure } from "./transaction.js";

/** Why nothing can be written. */
export type WriteFailure = "NO_ANSWER" | "NO_CONNECTION" | "READ_ONLY" | "STORAGE" | "FAILED";

const l = table(Lease);
const WRITE = sql`UPDATE ${l} SET ${l.expiresAt} = ? WHERE ${l.name} = 'readiness'`;

/**
 * Checks that the database takes writes, by one: one row, committed. On MySQL it has a connection of its own, so that
 * it does not wait for anybody.
 */
export class WriteProbe {
  private pool: Pool | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: Log,
  ) {}

  /** null: writes work. Always answers within two seconds. */
  async failure(): Promise<WriteFailure | null> {
    const failure = await this.failureInTime();
    // Whoever comes next would wait for a silent server until the statement's time is over.
    if (failure === "NO_ANSWER") replaceConnections(this.dataSource);
    return failure;
  }

  private async failureInTime(): Promise<WriteFailure | null> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), PROBE_MS);
    try {
      const tooLate = new Promise<"NO_ANSWER">((resolve) => {
        late.signal.addEventListener("abort", () => resolve("NO_ANSWER"));
      });
      return await Promise.race([this.written(late.signal), tooLate]);
    } catch (error) {
      const failure = failureOf(error);
      if (failure === "FAILED") this.log.error({ err: error }, "the database cannot be checked");
      return failure;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.pool?.end(() => undefined);
    this.pool = null;
  }

  private async written(late: AbortSignal): Promise<WriteFailure | null> {
    // The probe's row is there already, so that it may still fit where nothing new does.
    if (sawStorageFailure(this.dataSource)) return "STORAGE";
    const parameters = [Date.now()];
    if (dialectOf(this.dataSource) === "sqlite") await this.dataSource.query(WRITE.sqlText, parameters);
    else await this.onServer(parameters, late);
    return null;
  }

  private onServer(parameters: unknown[], late: AbortSignal): Promise<void> {
    this.pool ??= probePool(this.dataSource);
    return new Promise((resolve, reject) => {
      this.pool?.getConnection((failure, connection) => {
        if (failure) return reject(failure);
        if (late.aborted) return connection.destroy();
        // Whatever happened, the next probe does not depend on this connection.
        const destroy = () => connection.destroy();
        late.addEventListener("abort", destroy);
        connection.query(WRITE.sqlText, parameters, (error) => {
          late.removeEventListener("abort", destroy);
          if (!error) {
            connection.release();
            return resolve();
          }
          connection.destroy();
          return reject(error);
        });
        return undefined;
      });
    });
  }
}

function failureOf(error: unknown): WriteFailure {
  if (isReadOnly(error)) return "READ_ONLY";
  const kind = outageKindOf(error);
  if (kind === null) return "FAILED";
  return kind === "stuck" ? "STORAGE" : driverErrorOf(error).code === "ETIMEDOUT" ? "NO_ANSWER" : "NO_CONNECTION";
}
