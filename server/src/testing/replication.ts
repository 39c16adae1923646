import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import type { Api } from "./api.js";
import { LEAST_RIGHTS } from "./databases.js";
import { freePort } from "./server-process.js";
import { hasProgram, OwnMariadb, OwnService } from "./services.js";

export type ReplicatedKind = "mariadb" | "mysql";

/** The rights that docs/operations.md lists for the account on a replica. */
export const REPLICA_RIGHTS = "SELECT";

const CATCH_UP_TRIES = 600;
const PASSWORDS = { gatehouse: "primary-secret", reader: "reader-secret", replication: "replication-secret" };

const ACCOUNTS = [
  `CREATE USER gatehouse@'%' IDENTIFIED BY '${PASSWORDS.gatehouse}'`,
  `GRANT ${LEAST_RIGHTS} ON gatehouse.* TO gatehouse@'%'`,
  `CREATE USER reader@'%' IDENTIFIED BY '${PASSWORDS.reader}'`,
  `GRANT ${REPLICA_RIGHTS} ON gatehouse.* TO reader@'%'`,
  `CREATE USER replication@'%' IDENTIFIED BY '${PASSWORDS.replication}'`,
  "GRANT REPLICATION SLAVE ON *.* TO replication@'%'",
];
const PROBE = ["CREATE DATABASE probe", "CREATE TABLE probe.marks (id INT PRIMARY KEY, n INT NOT NULL)"];

interface Server {
  readonly port: number;
  signal(signal: NodeJS.Signals): void;
  start(): Promise<void>;
  end(signal?: "SIGKILL" | "SIGTERM"): Promise<void>;
  stop(): Promise<void>;
}

/** A MySQL of what `.ci/mysql.sh` unpacked; root may connect from anywhere, without a password. */
class OwnMysql extends OwnService implements Server {
  /** Initializes one data directory and copies it: a second initialization would take as long again. */
  static async startTwo(): Promise<[OwnMysql, OwnMysql]> {
    const system = spawnSync(".ci/mysql.sh", ["system"], { encoding: "utf8" }).stdout.trim();
    const id = randomBytes(3).toString("hex");
    const two = [1, 2].map(
      async (n) => new OwnMysql(await freePort(), system, `/var/lib/gatehouse-pair-${id}-${n}`, n),
    );
    const [one, other] = (await Promise.all(two)) as [OwnMysql, OwnMysql];
    const accounts = `${one.data}.sql`;
    writeFileSync(
      join(system, accounts),
      ["CREATE USER root@'%'", "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION", ""].join(";\n"),
    );
    const initialize = ["--no-defaults", "--user=root", "--initialize-insecure", `--init-file=${accounts}`];
    const { status, stderr } = spawnSync(
      "chroot",
      [system, "/usr/sbin/mysqld", ...initialize, `--datadir=${one.data}`],
      { encoding: "utf8" },
    );
    rmSync(join(system, accounts), { force: true });
    if (status !== 0) throw new Error(`MySQL could not be initialized: ${stderr}`);
    cpSync(join(system, one.data), join(system, other.data), { recursive: true });
    // Two servers with one identity do not replicate.
    rmSync(join(system, other.data, "auto.cnf"));
    await Promise.all([one.start(), other.start()]);
    return [one, other];
  }

  private constructor(
    port: number,
    private readonly system: string,
    private readonly data: string,
    private readonly number: number,
  ) {
    super(port);
  }
  protected command(): [string, string[]] {
    const options = {
      user: "root",
      datadir: this.data,
      port: this.port,
      "bind-address": "127.0.0.1",
      socket: `${this.data}/server.sock`,
      "pid-file": `${this.data}/server.pid`,
      "secure-file-priv": "NULL",
      mysqlx: "OFF",
      "skip-name-resolve": "ON",
      "server-id": this.number,
      "gtid-mode": "ON",
      "enforce-gtid-consistency": "ON",
      "innodb-buffer-pool-size": "64M",
      "innodb-flush-log-at-trx-commit": 0,
      "sync-binlog": 0,
      "sql-require-primary-key": "ON",
    };
    const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
    return ["chroot", [this.system, "/usr/sbin/mysqld", "--no-defaults", ...given]];
  }
  override async stop(): Promise<void> {
    await super.stop();
    rmSync(join(this.system, this.data), { recursive: true, force: true });
  }
}

/** Whether two servers of this kind can run here. If not, the test is skipped, or fails if `REQUIRE_SERVICES=1`. */
export function canReplicate(kind: ReplicatedKind): boolean {
  if (kind === "mariadb") return hasProgram("mariadbd", "read replicas of MariaDB");
  const isThere = process.getuid?.() === 0 && spawnSync(".ci/mysql.sh", ["system"]).status === 0;
  if (isThere) return true;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error("no MySQL is unpacked: run .ci/mysql.sh as root");
  console.warn("SKIPPED: read replicas of MySQL: run .ci/mysql.sh as root");
  return false;
}

/** A primary and a replica of it (asynchronous, by GTID), with an empty database `gatehouse`. */
export class Replication {
  private marks = 0;

  private constructor(
    readonly kind: ReplicatedKind,
    readonly primary: Server,
    readonly replica: Server,
  ) {}

  static async start(kind: ReplicatedKind): Promise<Replication> {
    const [primary, replica] =
      kind === "mysql"
        ? await OwnMysql.startTwo()
        : await Promise.all(
            [1, 2].map((id) =>
              OwnMariadb.start("--log-bin", `--server-id=${id}`, "--innodb-flush-log-at-trx-commit=0"),
            ),
          );
    if (!primary || !replica) throw new Error("two servers are needed");
    const pair = new Replication(kind, primary, replica);
    const { port } = primary;
    const source = `127.0.0.1', SOURCE_PORT = ${port}, SOURCE_USER = 'replication', SOURCE_PASSWORD = '${PASSWORDS.replication}`;
    if (kind === "mysql") {
      await pair.onPrimary("RESET BINARY LOGS AND GTIDS", "CREATE DATABASE gatehouse", ...ACCOUNTS, ...PROBE);
      await pair.onReplica(
        "RESET BINARY LOGS AND GTIDS",
        `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${source}', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1`,
      );
    } else {
      await pair.onPrimary("DROP USER gatehouse@'127.0.0.1'", "RESET MASTER", ...ACCOUNTS, ...PROBE);
      await pair.onReplica(
        "DROP USER gatehouse@'127.0.0.1'",
        "RESET MASTER",
        "SET GLOBAL gtid_slave_pos = ''",
        `CHANGE MASTER TO MASTER_HOST = '${source.replaceAll("SOURCE_", "MASTER_")}', MASTER_USE_GTID = slave_pos`,
      );
    }
    await pair.onReplica("START REPLICA");
    await pair.protect();
    await pair.untilCaughtUp();
    return pair;
  }

  private urlOf(server: Server, user: "gatehouse" | "reader", password = PASSWORDS[user]): string {
    return `mysql://${user}:${password}@127.0.0.1:${server.port}/gatehouse`;
  }
  get url(): string {
    return this.urlOf(this.primary, "gatehouse");
  }
  get replicaUrl(): string {
    return this.urlOf(this.replica, "reader");
  }

  /** Runs statements as the administrator; returns the last one's rows. */
  onPrimary<T>(...statements: string[]): Promise<T[]> {
    return ask(this.primary, statements);
  }
  onReplica<T>(...statements: string[]): Promise<T[]> {
    return ask(this.replica, statements);
  }

  /** From now on the replica receives what happens, and shows none of it. */
  async hold(): Promise<void> {
    await this.onReplica("STOP REPLICA SQL_THREAD");
  }
  async resume(): Promise<void> {
    await this.onReplica("START REPLICA SQL_THREAD");
    await this.untilCaughtUp();
  }
  /** Changes what the replica alone holds, as somebody who has got hold of it could. */
  async tamper(...statements: string[]): Promise<void> {
    if (this.kind === "mysql") await this.onReplica("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
    await this.onReplica("SET SESSION sql_log_bin = 0", ...statements.map((text) => text.trim()));
    await this.protect();
  }
  private async protect(): Promise<void> {
    await this.onReplica(this.kind === "mysql" ? "SET GLOBAL super_read_only = ON" : "SET GLOBAL read_only = ON");
  }

  /** Waits until the replica has applied what the primary has committed by now. */
  async untilCaughtUp(): Promise<void> {
    this.marks += 1;
    await this.onPrimary(`REPLACE INTO probe.marks VALUES (1, ${this.marks})`);
    for (let tries = 0; tries < CATCH_UP_TRIES; tries++) {
      const [row] = await this.onReplica<{ n: number }>("SELECT n FROM probe.marks").catch(() => []);
      if (row?.n === this.marks) return;
      await wait(50);
    }
    throw new Error("the replica does not catch up");
  }

  async stop(): Promise<void> {
    await Promise.all([this.primary.stop(), this.replica.stop()]);
  }
}

async function ask<T>({ port }: Server, statements: readonly string[]): Promise<T[]> {
  const connection = await createConnection({ host: "127.0.0.1", port, user: "root", disableEval: true });
  try {
    let rows: unknown = [];
    for (const statement of statements) [rows] = await connection.query(statement);
    return rows as T[];
  } finally {
    connection.destroy();
  }
}

/** How many lists a server has read so far: by who answered, and why. */
export async function listReads(api: Api): Promise<Record<string, number>> {
  const text = await (await api.raw({ path: "/metrics" })).text();
  const samples = text.matchAll(/^gatehouse_list_reads_total\{answered_by="(\w+)",reason="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...samples].map(([, by, reason, n]) => [`${by} ${reason}`, Number(n)]));
}
/** The same for what happens meanwhile. */
export async function listReadsDuring(api: Api, run: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await listReads(api);
  await run();
  const after = Object.entries(await listReads(api)).map(([who, n]) => [who, n - (before[who] ?? 0)] as const);
  return Object.fromEntries(after.filter(([, n]) => n > 0));
}
