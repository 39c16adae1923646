import type { BoundedPool } from "./mysql-pool.js";
import { Counter, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { Log } from "../log.js";
import { credentialsOf, type ServerAddress } from "./database-address.js";
import { VALUES, WITHOUT_GENERATED_CODE } from "./database-hosts.js";
import { PREPARED_STATEMENTS } from "./prepared-rows.js";
import { ReplicaFailed, type Reads } from "./reads.js";
import { ReplicaHost } from "./replica-host.js";

/** Connections to each host at most. */
const POOL_SIZE = 10;

/** The names of the migrations that this version knows. */
export const knownMigrations = ({ migrations }: DataSource): string[] =>
  migrations.map(({ name, constructor }) => name ?? constructor.name);

type ListReadsMetric = Counter<"answered_by" | "reason">;
/** Exists without replicas too, and counts nothing then. */
export const listReadsMetric = (metrics: Registry): ListReadsMetric =>
  new Counter({
    name: "gatehouse_list_reads_total",
    help: "Lists, searches and reports, by who answered, and why the primary did although there are replicas.",
    labelNames: ["answered_by", "reason"],
    registers: [metrics],
  });

interface ReplicaOptions {
  address: ServerAddress;
  /** A replica is of the same kind, and has the same tables. */
  primary: DataSource;
  counted: ListReadsMetric;
  log: Log;
}

/**
 * Servers that replicate the database. Opening one needs none of them: whatever cannot be read here is read from the
 * primary.
 */
export class ReadReplicas {
  private readonly hosts: readonly ReplicaHost[];
  private readonly counted: ListReadsMetric;
  private turn = 0;

  constructor({ address, primary, counted, log }: ReplicaOptions) {
    const options = {
      ...credentialsOf(address),
      ...WITHOUT_GENERATED_CODE,
      ...VALUES,
      connectionLimit: POOL_SIZE,
      maxPreparedStatements: PREPARED_STATEMENTS,
    };
    const needed = { flavour: primary, migrations: knownMigrations(primary) };
    this.hosts = address.hosts.map(
      (host) =>
        new ReplicaHost({ ...options, ...host }, needed, (reason) => {
          const replica = `${host.host}:${host.port}`;
          if (reason === null) log.info({ replica }, "a read replica is used");
          else log.warn({ replica, err: reason }, "a read replica is not used: the primary answers for it");
        }),
    );
    this.counted = counted;
    // Tried before the first request needs one.
    void this.next();
  }

  get pools(): BoundedPool[] {
    return this.hosts.map(({ pool }) => pool);
  }

  /**
   * Reads from a replica that holds at least what `mark` finds on the primary now, by `holds`. Null if the primary has
   * to answer: no replica can be used, or holds that yet, or answered in time. `read` may then have run for nothing.
   */
  async read<M, T>(
    mark: () => Promise<M>,
    holds: (reads: Reads, mark: M) => Promise<boolean>,
    read: (reads: Reads) => Promise<T>,
  ): Promise<{ answer: T } | null> {
    const host = this.next();
    if (host === null) return this.count("away");
    const found = await mark();
    try {
      const answered = await host.read((reads) => holds(reads, found), read);
      if (answered === null) return this.count("behind");
      this.counted.inc({ answered_by: "replica", reason: "current" });
      return answered;
    } catch (error) {
      if (!(error instanceof ReplicaFailed)) throw error;
      return this.count("failed");
    }
  }

  close(): void {
    for (const host of this.hosts) host.close();
  }

  /** The host whose turn it is; null if none can be used. */
  private next(): ReplicaHost | null {
    const usable = this.hosts.filter((host) => host.isUsable);
    const replicas = usable.filter(({ isWritable }) => !isWritable);
    // A server that takes writes may be the primary. It is asked if there is no other.
    const candidates = replicas.length > 0 ? replicas : usable;
    this.turn = (this.turn + 1) % this.hosts.length;
    return candidates[this.turn % candidates.length] ?? null;
  }

  private count(reason: "behind" | "failed" | "away"): null {
    this.counted.inc({ answered_by: "primary", reason });
    return null;
  }
}
