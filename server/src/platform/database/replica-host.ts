import mysql2, { type PoolConnection, type PoolOptions, type RowDataPacket } from "mysql2";
import { outsideScopes } from "../scoped-value.js";
import { IS_READ_ONLY, isReadOnlyIn, kindOfServer } from "./database-hosts.js";
import { isOutOfTime, type Flavour } from "./dialect.js";
import { boundedPool, READ_COMMITTED, type BoundedPool, type OpenConnection, type PoolBounds } from "./mysql-pool.js";
import { Overloaded, outageKindOf, Unavailable } from "./outages.js";
import { ReplicaFailed, ReplicaReads, type Reads } from "./reads.js";

/** Nothing can be written, even where the account may and the server is not read-only. */
export const REPLICA_SESSION = [READ_COMMITTED, "SET SESSION TRANSACTION READ ONLY"];
/** Shorter than the primary's: whoever waits for a replica could have asked the primary. */
const BOUNDS: PoolBounds = {
  connectMs: 1000,
  statementMs: 4000,
  waitMs: 100,
  waiting: { all: 50, ofOneCaller: 50 },
  session: REPLICA_SESSION,
};
/** How long the first statement of a read may take: it finds one row by its key. */
const FIRST_MS = 1000;
/** How long a whole read may take there, however steadily the answer arrives. */
const READ_MS = 4000;
/** After a failure a host is not asked for this long; then it is tried beside the requests, not by one. */
const REST_MS = 5000;
/** If it fails again and again soon after it came back, each rest is twice as long as the last one, up to the second value. */
const SOON_MS = 60_000;
const LONGEST_REST_MS = 300_000;

/** What a replica must be like. */
export interface NeededReplica {
  flavour: Flavour;
  /** The migrations that this version needs. */
  migrations: readonly string[];
}

const isBusy = (error: unknown): boolean => error instanceof Unavailable && error.cause instanceof Overloaded;
/** It was too slow, its parameters were not valid, or the server refused it. The next statement may be well. */
const isOfOneStatement = (error: unknown): boolean =>
  isOutOfTime(error) ||
  error instanceof TypeError ||
  ((error as { sqlState?: unknown }).sqlState !== undefined && outageKindOf(error) === null);

const queried = (connection: PoolConnection, text: string): Promise<RowDataPacket[]> =>
  new Promise((resolve, reject) => {
    connection.query<RowDataPacket[]>(text, (error, rows) => {
      if (error) reject(new ReplicaFailed(error));
      else resolve(rows);
    });
  });

/** One server of DATABASE_REPLICA_URL. */
export class ReplicaHost {
  readonly pool: BoundedPool;
  /** Whether it took writes when it was last looked at: it may be the primary. */
  isWritable = false;
  private state: "UNKNOWN" | "UP" | "DOWN" = "UNKNOWN";
  private lookedAt = Number.NEGATIVE_INFINITY;
  private isLooking = false;
  private restMs = REST_MS;
  private upSince = Number.NEGATIVE_INFINITY;
  private shortLives = 0;
  private isClosed = false;
  private readonly checked = new WeakSet<PoolConnection>();
  private readonly lent = new Set<PoolConnection>();

  constructor(
    options: PoolOptions,
    private readonly needed: NeededReplica,
    /** Called with the reason when it cannot be used any more, or from the start, and with null when it can be. */
    private readonly onChange: (reason: unknown) => void,
  ) {
    this.pool = boundedPool(mysql2.createPool, options, BOUNDS);
  }

  /** Whether it answered when it was last asked. If not, it is tried again now and then, and nobody waits for that. */
  get isUsable(): boolean {
    if (performance.now() - this.lookedAt >= this.restMs) this.look();
    return this.state === "UP";
  }

  /**
   * Reads on one connection: first whether the replica holds what it must (`isCurrent`), and if so, by `read`. Null if
   * it does not. Throws ReplicaFailed.
   */
  read<T>(
    isCurrent: (reads: Reads) => Promise<boolean>,
    read: (reads: Reads) => Promise<T>,
  ): Promise<{ answer: T } | null> {
    return this.use(async (connection) => {
      const reads = new ReplicaReads(connection, this.needed.flavour);
      try {
        if (!(await isCurrent(reads))) return null;
        (connection as OpenConnection).stream.setTimeout(BOUNDS.statementMs);
        return { answer: await read(reads) };
      } finally {
        reads.end();
      }
    });
  }

  close(): void {
    this.isClosed = true;
    this.pool.end(() => undefined);
  }

  private async use<T>(run: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.connection();
    this.lent.add(connection);
    let isBroken = false;
    let isFit = false;
    const deadline = setTimeout(() => {
      (connection as OpenConnection).stream.destroy(new Error("the replica took too long"));
    }, READ_MS);
    try {
      (connection as OpenConnection).stream.setTimeout(FIRST_MS);
      await this.check(connection);
      isFit = true;
      return await run(connection);
    } catch (error) {
      isBroken = error instanceof ReplicaFailed;
      if (error instanceof ReplicaFailed && !(isFit && isOfOneStatement(error.cause))) this.fail(error.cause);
      throw error;
    } finally {
      clearTimeout(deadline);
      this.lent.delete(connection);
      if (isBroken) connection.destroy();
      else connection.release();
    }
  }

  private async connection(): Promise<PoolConnection> {
    try {
      return await new Promise((resolve, reject) => {
        this.pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
      });
    } catch (error) {
      if (!isBusy(error)) this.fail(error);
      throw new ReplicaFailed(error);
    }
  }

  /** Once for each connection, since a name may lead to several servers. */
  private async check(connection: PoolConnection): Promise<void> {
    if (this.checked.has(connection)) return;
    const [server] = await queried(connection, "SELECT VERSION() AS version");
    const flavour = kindOfServer(server?.version);
    if (flavour !== this.needed.flavour.options.type)
      throw new ReplicaFailed(new Error(`the replica is ${flavour}, and the primary is not`));
    // A change of tables is replicated in its order, as rows are: with the row of a migration come its tables.
    const rows = await queried(connection, "SELECT name FROM migrations");
    const done = new Set(rows.map(({ name }) => String(name)));
    const missing = this.needed.migrations.filter((name) => !done.has(name));
    if (missing.length > 0)
      throw new ReplicaFailed(new Error(`the replica lacks ${missing.length} migrations, such as ${missing[0]}`));
    this.checked.add(connection);
  }

  /** Nobody else is kept waiting for it. */
  private fail(reason: unknown): void {
    this.lookedAt = performance.now();
    if (this.state === "UP") this.shortLives = this.lookedAt - this.upSince < SOON_MS ? this.shortLives + 1 : 0;
    // The first failures may be those of one restart.
    this.restMs = Math.min(REST_MS * 2 ** Math.max(0, this.shortLives - 3), LONGEST_REST_MS);
    // Ending them politely would wait for the server.
    for (const connection of this.lent) (connection as OpenConnection).stream.destroy(new Error("the replica failed"));
    this.pool.replaceAll();
    this.become("DOWN", reason);
  }

  private become(state: "UP" | "DOWN", reason: unknown): void {
    if (this.state === state || this.isClosed) return;
    this.state = state;
    if (state === "UP") this.upSince = performance.now();
    this.onChange(reason);
  }

  /** Tries it, in no request's time. */
  private look(): void {
    this.lookedAt = performance.now();
    if (this.isLooking || this.isClosed) return;
    this.isLooking = true;
    outsideScopes(
      () =>
        void this.use(async (connection) => {
          this.isWritable = !isReadOnlyIn(await queried(connection, IS_READ_ONLY));
        })
          .then(
            () => this.become("UP", null),
            // It is noted where it failed.
            () => undefined,
          )
          .finally(() => (this.isLooking = false)),
    );
  }
}
