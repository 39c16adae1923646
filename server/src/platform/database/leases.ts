import type { QueryRunner } from "typeorm";
import { dialectOf } from "./dialect.js";
import { Lease } from "./lease.entity.js";
import { sql, table } from "./sql.js";

/** Longer than a failover of the database, in which it cannot be renewed. */
const LEASE_MS = 30_000;

const l = table(Lease);
const NOW = sql`UNIX_TIMESTAMP() * 1000`;
const ADD = sql`INSERT IGNORE INTO ${l} (${l.name}, ${l.holder}, ${l.expiresAt}) VALUES (?, '', 0)`;
const TAKE = sql`UPDATE ${l} SET ${l.holder} = ?, ${l.expiresAt} = ${NOW} + ${LEASE_MS} WHERE ${l.name} = ? AND ${l.expiresAt} <= ${NOW}`;
const RENEW = sql`UPDATE ${l} SET ${l.expiresAt} = ${NOW} + ${LEASE_MS} WHERE ${l.name} = ? AND ${l.holder} = ?`;
const END = sql`UPDATE ${l} SET ${l.expiresAt} = 0 WHERE ${l.name} = ? AND ${l.holder} = ?`;

/** The table is needed before the first migration, so several instances may create it at once. */
export async function createLeases(runner: QueryRunner): Promise<void> {
  const collation = dialectOf(runner.manager) === "mysql" ? " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin" : "";
  await runner.query(
    "CREATE TABLE IF NOT EXISTS leases (name varchar(64) NOT NULL, holder varchar(64) NOT NULL, " +
      `expiresAt bigint NOT NULL, PRIMARY KEY (name))${collation}`,
  );
}

/**
 * A lease on a MySQL or MariaDB server. It is a row, so that it holds on every member of a cluster, which `GET_LOCK`
 * does not.
 */
export class ServerLease {
  constructor(
    private readonly name: string,
    private readonly holder: string,
  ) {}

  /** Whether the lease is ours now. */
  async take(runner: QueryRunner): Promise<boolean> {
    await runner.query(ADD.sqlText, [this.name]);
    return this.change(runner, TAKE.sqlText, [this.holder, this.name]);
  }
  /** False if somebody else has taken it. */
  renew(runner: QueryRunner): Promise<boolean> {
    return this.change(runner, RENEW.sqlText, [this.name, this.holder]);
  }
  async end(runner: QueryRunner): Promise<void> {
    await this.change(runner, END.sqlText, [this.name, this.holder]);
  }

  private async change(runner: QueryRunner, text: string, parameters: string[]): Promise<boolean> {
    return (await runner.query(text, parameters, true)).affected === 1;
  }
}
