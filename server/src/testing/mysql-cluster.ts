import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { cpSync, openSync, closeSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { LEAST_RIGHTS } from "./databases.js";

const MEMBERS = [1, 2, 3] as const;
const PASSWORD = "cluster-secret";
const START_MS = 120_000;
const ASK_MS = 10_000;

/** What docs/operations.md asks operators to set on each member; `operations.test.ts` compares the two. */
export const GROUP_SETTINGS: Readonly<Record<string, string>> = {
  gtid_mode: "ON",
  enforce_gtid_consistency: "ON",
  plugin_load_add: "group_replication.so",
  group_replication_single_primary_mode: "ON",
  group_replication_consistency: "BEFORE_ON_PRIMARY_FAILOVER",
  group_replication_member_expel_timeout: "0",
  group_replication_unreachable_majority_timeout: "3",
  group_replication_exit_state_action: "OFFLINE_MODE",
};

/** Why no cluster can run here; null if one can. It needs root, `ip` and what `.ci/mysql.sh` unpacked. */
function obstacle(): string | null {
  if (process.getuid?.() !== 0) return "it needs root, for a network of its own";
  if (spawnSync("ip", ["-V"]).status !== 0) return "ip (iproute2) is not installed";
  const { status, stderr } = spawnSync(".ci/mysql.sh", ["system"], { encoding: "utf8" });
  return status === 0 ? null : stderr.trim();
}
/** Whether a cluster can run here. If not, the test is skipped with a warning, or fails if `REQUIRE_SERVICES=1`. */
export function canRunMysqlCluster(whatIsSkipped: string): boolean {
  const why = obstacle();
  if (why === null) return true;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`no MySQL cluster can run: ${why}`);
  console.warn(`SKIPPED: ${whatIsSkipped}: no MySQL cluster can run: ${why}`);
  return false;
}

function command(file: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
const ip = (...args: string[]) => command("ip", ...args);

type State = "ONLINE" | "RECOVERING" | "UNREACHABLE" | "ERROR" | "OFFLINE";

/** One MySQL server of the cluster, on a host of its own (a network namespace) that can be cut off from the others. */
export class Member {
  private child: ChildProcess | null = null;
  readonly host: string;
  readonly namespace: string;
  private readonly wire: string;

  constructor(
    private readonly cluster: { id: string; network: string; system: string; groupName: string },
    readonly number: number,
  ) {
    this.host = `${cluster.network}.1${number}`;
    this.namespace = `gh${cluster.id}${number}`;
    this.wire = `ghv${cluster.id}${number}`;
  }
  /** Its data, as the server's programs see it: they run with the unpacked system as their root. */
  private get data(): string {
    return `/var/lib/gatehouse-cluster-${this.cluster.id}-${this.number}`;
  }

  prepare(bridge: string, freshData: string): void {
    const { namespace, wire, host, cluster } = this;
    ip("netns", "add", namespace);
    ip("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", namespace);
    ip("link", "set", wire, "master", bridge, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
    ip("-n", namespace, "addr", "add", `${host}/24`, "dev", "eth0");
    ip("-n", namespace, "link", "set", "eth0", "up");
    cpSync(freshData, join(cluster.system, this.data), { recursive: true });
    // Two servers with one identity cannot form a group.
    rmSync(join(cluster.system, this.data, "auto.cnf"));
  }
  remove(): void {
    const { namespace, cluster } = this;
    rmSync(join(cluster.system, this.data), { recursive: true, force: true });
    rmSync(join(cluster.system, `${this.data}.log`), { force: true });
    spawnSync("ip", ["netns", "del", namespace]);
  }

  async start(): Promise<void> {
    const { network, system, groupName } = this.cluster;
    const settings: Record<string, string> = {
      ...GROUP_SETTINGS,
      group_replication_group_name: groupName,
      group_replication_start_on_boot: "OFF",
      group_replication_local_address: `${this.host}:33061`,
      group_replication_group_seeds: MEMBERS.map((n) => `${network}.1${n}:33061`).join(","),
      group_replication_recovery_get_public_key: "ON",
      group_replication_ip_allowlist: `${network}.0/24`,
    };
    const options = Object.entries({
      user: "root",
      datadir: this.data,
      socket: `${this.data}/server.sock`,
      "pid-file": `${this.data}/server.pid`,
      "secure-file-priv": "NULL",
      mysqlx: "OFF",
      "skip-name-resolve": "ON",
      "server-id": this.number.toString(),
      "report-host": this.host,
      "report-port": "3306",
      "innodb-buffer-pool-size": "64M",
      "default-time-zone": "+05:30",
      "sql-require-primary-key": "ON",
      ...settings,
    }).map(([name, value]) => `--${name.startsWith("group_") ? "loose-" : ""}${name}=${value}`);
    const log = openSync(join(system, `${this.data}.log`), "a");
    const args = ["netns", "exec", this.namespace, "chroot", system, "/usr/sbin/mysqld", "--no-defaults", ...options];
    const child = spawn("ip", args, { stdio: ["ignore", log, log] });
    closeSync(log);
    child.once("exit", () => (this.child = null));
    this.child = child;
    for (const startedAt = Date.now(); Date.now() - startedAt < START_MS; await wait(100)) {
      if (this.child === null) throw new Error(`MySQL ${this.number} ended during its start: ${this.data}.log`);
      if (
        await this.ask("SELECT 1").then(
          () => true,
          () => false,
        )
      )
        return;
    }
    throw new Error(`MySQL ${this.number} did not start`);
  }
  get isRunning(): boolean {
    return this.child !== null;
  }
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.child?.kill(signal);
  }
  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
  /** It and the other members no longer reach each other; its clients still reach it. */
  cutFrom(others: readonly Member[]): void {
    for (const { host } of others) ip("-n", this.namespace, "route", "add", "blackhole", `${host}/32`);
  }
  heal(others: readonly Member[]): void {
    for (const { host } of others) spawnSync("ip", ["-n", this.namespace, "route", "del", "blackhole", `${host}/32`]);
  }

  /** Runs statements as the database's administrator and returns the last one's rows. */
  async ask<T>(...statements: string[]): Promise<T[]> {
    const connection = await createConnection({
      host: this.host,
      user: "root",
      connectTimeout: 2000,
      disableEval: true,
    });
    // A frozen server never answers.
    connection.on("error", () => undefined);
    try {
      let rows: unknown = [];
      for (const sql of statements) [rows] = await connection.query({ sql, timeout: ASK_MS });
      return rows as T[];
    } finally {
      connection.destroy();
    }
  }
  /** What it knows of the group, itself included. */
  async view(): Promise<{ state: State; isPrimary: boolean; online: number }> {
    const rows = await this.ask<{ state: State; role: string; isSelf: number }>(
      "SELECT MEMBER_STATE AS state, MEMBER_ROLE AS role, MEMBER_ID = @@server_uuid AS isSelf FROM performance_schema.replication_group_members",
    );
    const self = rows.find(({ isSelf }) => isSelf === 1);
    return {
      state: self?.state ?? "OFFLINE",
      isPrimary: self?.role === "PRIMARY" && self.state === "ONLINE",
      online: rows.filter(({ state }) => state === "ONLINE").length,
    };
  }
  async join(): Promise<void> {
    await this.ask("STOP GROUP_REPLICATION", "SET GLOBAL offline_mode = OFF", "START GROUP_REPLICATION");
  }
}

/**
 * MySQL's own distributed engine on one machine: three members in single-primary Group Replication, each a host of its
 * own. Holds the empty database `gatehouse` and its account with the least rights.
 */
export class MysqlCluster {
  private constructor(
    readonly members: readonly Member[],
    private readonly bridge: string,
  ) {}

  static async start(): Promise<MysqlCluster> {
    const id = randomBytes(3).toString("hex");
    // Several clusters may run at once: each has a network of its own.
    const network = `10.${randomInt(128, 255)}.${randomInt(256)}`;
    const system = command(".ci/mysql.sh", "system").trim();
    const groupName = "9b6b8f0e-5d0f-4f3a-9a52-6c0f2a1e7d11";
    const bridge = `ghb${id}`;
    const members = MEMBERS.map((n) => new Member({ id, network, system, groupName }, n));
    const cluster = new MysqlCluster(members, bridge);
    const fresh = `/var/lib/gatehouse-cluster-${id}-fresh`;
    const accounts = `${fresh}.sql`;
    try {
      // The accounts exist before the group: a member that has transactions of its own cannot join.
      writeFileSync(
        join(system, accounts),
        [
          "CREATE USER root@'%'",
          "GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION",
          `CREATE USER replication@'%' IDENTIFIED BY '${PASSWORD}'`,
          "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO replication@'%'",
          "CREATE DATABASE gatehouse",
          `CREATE USER gatehouse@'%' IDENTIFIED BY '${PASSWORD}'`,
          `GRANT ${LEAST_RIGHTS} ON gatehouse.* TO gatehouse@'%'`,
          "CREATE DATABASE probe",
          "CREATE TABLE probe.writes (id INT PRIMARY KEY, n BIGINT NOT NULL)",
          "",
        ].join(";\n"),
      );
      const initialize = ["--no-defaults", "--user=root", "--initialize-insecure", `--init-file=${accounts}`];
      command("chroot", system, "/usr/sbin/mysqld", ...initialize, `--datadir=${fresh}`);
      ip("link", "add", bridge, "type", "bridge");
      ip("addr", "add", `${network}.1/24`, "dev", bridge);
      ip("link", "set", bridge, "up");
      for (const member of members) member.prepare(bridge, join(system, fresh));
      await Promise.all(members.map((member) => member.start()));
      for (const member of members)
        await member.ask(
          "RESET BINARY LOGS AND GTIDS",
          `CHANGE REPLICATION SOURCE TO SOURCE_USER = 'replication', SOURCE_PASSWORD = '${PASSWORD}' FOR CHANNEL 'group_replication_recovery'`,
        );
      const [first, ...others] = members;
      await first?.ask(
        "SET GLOBAL group_replication_bootstrap_group = ON",
        "START GROUP_REPLICATION",
        "SET GLOBAL group_replication_bootstrap_group = OFF",
      );
      for (const member of others) await member.ask("START GROUP_REPLICATION");
      await cluster.untilWhole();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    } finally {
      rmSync(join(system, accounts), { force: true });
      rmSync(join(system, fresh), { recursive: true, force: true });
    }
  }

  /** All members as one address, as DATABASE_URL takes it. */
  get url(): string {
    return `mysql://gatehouse:${PASSWORD}@${this.members.map(({ host }) => `${host}:3306`).join(",")}/gatehouse`;
  }
  othersThan(member: Member): Member[] {
    return this.members.filter((other) => other !== member);
  }

  /** The member that takes writes; null while none does. */
  async primary(): Promise<Member | null> {
    const asked = this.members.map(async (member) => {
      if (!(await member.view()).isPrimary || !(await this.takesWrites(member))) throw new Error("not the primary");
      return member;
    });
    return Promise.any(asked).catch(() => null);
  }
  /** Whether a write commits on this member now. */
  async takesWrites(member: Member): Promise<boolean> {
    return member
      .ask(
        "SET SESSION lock_wait_timeout = 1",
        "INSERT INTO probe.writes VALUES (1, 1) ON DUPLICATE KEY UPDATE n = n + 1",
      )
      .then(
        () => true,
        () => false,
      );
  }
  async untilPrimary(): Promise<Member> {
    for (const startedAt = Date.now(); Date.now() - startedAt < START_MS; await wait(100)) {
      const primary = await this.primary();
      if (primary) return primary;
    }
    throw new Error("the cluster got no primary");
  }
  async switchTo(member: Member): Promise<void> {
    const [row] = await member.ask<{ id: string }>("SELECT @@server_uuid AS id");
    await member.ask(`SELECT group_replication_set_as_primary('${row?.id ?? ""}')`);
  }

  /** Brings back every member that is not in the group, and waits until all are. */
  async untilWhole(): Promise<void> {
    for (const startedAt = Date.now(); Date.now() - startedAt < START_MS; await wait(250)) {
      const states = await Promise.all(
        this.members.map(async (member) => {
          if (!member.isRunning) await member.start();
          const { state, online } = await member.view().catch(() => ({ state: "UNREACHABLE", online: 0 }));
          if (state === "ERROR" || state === "OFFLINE") await member.join().catch(() => undefined);
          // Each must see all: a member that was frozen still believes in the group of before.
          return state === "ONLINE" && online === MEMBERS.length;
        }),
      );
      if (states.every(Boolean)) return;
    }
    throw new Error("a member did not come back to the group");
  }
  /** Waits until every member has applied what the primary committed; returns whether all then hold the same. */
  async agrees(): Promise<boolean> {
    const executed = () =>
      Promise.all(
        this.members.map(async (member) => (await member.ask<{ g: string }>("SELECT @@gtid_executed AS g"))[0]?.g),
      );
    for (let tries = 0; tries < 120; tries++) {
      if (new Set(await executed()).size === 1) return true;
      await wait(250);
    }
    return false;
  }

  async stop(): Promise<void> {
    for (const member of this.members) await member.kill();
    for (const member of this.members) member.remove();
    spawnSync("ip", ["link", "del", this.bridge]);
  }
}
