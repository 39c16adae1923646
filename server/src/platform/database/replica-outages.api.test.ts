import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import mysql2 from "mysql2";
import { freshDatabaseUrl } from "../../testing/databases.js";
import {
  canReplicate,
  listReads,
  listReadsDuring,
  Replication,
  type ReplicatedKind,
} from "../../testing/replication.js";
import { TcpProxy } from "../../testing/tcp-proxy.js";
import { until, World } from "../../testing/world.js";
import { credentialsOf, serverAddress } from "./database-address.js";
import { WITHOUT_GENERATED_CODE } from "./database-hosts.js";
import { boundedPool, READ_COMMITTED } from "./mysql-pool.js";
import { REPLICA_SESSION } from "./replica-host.js";

const LIST = "{ contacts(first: 20) { nodes { name } totalCount } }";
const kinds: ReplicatedKind[] = ["mariadb", "mysql"];

for (const kind of kinds)
  (canReplicate(kind) ? describe : describe.skip)(`a read replica that cannot be used (${kind})`, () => {
    let pair: Replication;
    let world: World;
    let owner: string;
    const others: World[] = [];
    beforeAll(async () => {
      pair = await Replication.start(kind);
      world = await World.start(pair.url, { databaseReplica: serverAddress(pair.replicaUrl) });
      owner = await world.ownerToken(await world.firm());
      await world.contact(owner, "Ada Zimmer");
    }, 300_000);
    afterEach(async () => {
      for (const other of others.splice(0)) await other.stop();
    });
    afterAll(async () => {
      await world?.stop();
      await pair?.stop();
    }, 60_000);

    const start = async (replicaUrl: string): Promise<World> => {
      const other = await World.start(pair.url, { databaseReplica: serverAddress(replicaUrl) });
      others.push(other);
      return other;
    };
    const list = async (of = world): Promise<number> => {
      const startedAt = performance.now();
      const { data, errors } = await of.ask(LIST, {}, owner);
      expect([errors, data?.contacts]).toEqual([undefined, { nodes: [{ name: "Ada Zimmer" }], totalCount: 1 }]);
      return performance.now() - startedAt;
    };
    async function untilUsed(of = world): Promise<void> {
      await pair.untilCaughtUp();
      await until(async () => "replica current" in (await listReadsDuring(of, () => list(of))));
    }
    /**
     * Lists by eight clients while `happens` happens; returns the longest time that one took. They pause in between: all
     * share one session's budget, which a fast machine would use up.
     */
    async function underLoad(happens: () => Promise<unknown>): Promise<number> {
      const load = { isOver: false };
      let longest = 0;
      const clients = Array.from({ length: 8 }, async () => {
        while (!load.isOver) {
          longest = Math.max(longest, await list());
          await some(50);
        }
      });
      try {
        await happens();
      } finally {
        load.isOver = true;
      }
      await Promise.all(clients);
      return longest;
    }
    const some = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

    it("is killed under load: no request fails, and it is used again once it is back", async () => {
      await untilUsed();
      await underLoad(async () => {
        await some(300);
        await pair.replica.end("SIGKILL");
        await some(1500);
      });
      expect(await listReadsDuring(world, () => list())).toEqual({ "primary away": 2 });
      await pair.replica.start();
      if (kind === "mysql") await pair.onReplica("SET GLOBAL super_read_only = ON");
      await untilUsed();
    });

    it("freezes under load: no request fails or waits for long, and it is used again once it thaws", async () => {
      await untilUsed();
      const longest = await underLoad(async () => {
        await some(300);
        pair.replica.signal("SIGSTOP");
        await some(8000);
      }).finally(() => pair.replica.signal("SIGCONT"));
      expect(longest).toBeLessThan(5000);
      expect((await listReads(world))["primary failed"]).toBeGreaterThan(0);
      await untilUsed();
    });

    it("is not there when the server starts: the server starts, and the primary answers", async () => {
      const { port } = pair.replica;
      const other = await start(pair.replicaUrl.replace(`:${port}/`, ":1/"));
      expect(await listReadsDuring(other, () => list(other))).toEqual({ "primary away": 2 });
    });

    it("refuses the account: the primary answers", async () => {
      const other = await start(pair.replicaUrl.replace("reader-secret", "another"));
      await some(500);
      expect(await listReadsDuring(other, () => list(other))).toEqual({ "primary away": 2 });
    });

    it("lacks a migration of this version: the primary answers until it has caught up", async () => {
      const [row] = await pair.onReplica<{ id: number; timestamp: number; name: string }>(
        "SELECT id, timestamp, name FROM gatehouse.migrations ORDER BY id DESC LIMIT 1",
      );
      if (!row) throw new Error("there are no migrations");
      await pair.tamper(`DELETE FROM gatehouse.migrations WHERE id = ${row.id}`);
      const other = await start(pair.replicaUrl);
      await some(500);
      expect(await listReadsDuring(other, () => list(other))).toEqual({ "primary away": 2 });
      await pair.tamper(`INSERT INTO gatehouse.migrations VALUES (${row.id}, ${row.timestamp}, '${row.name}')`);
      await untilUsed(other);
    });

    it("one of two hosts is not there: the other one answers", async () => {
      const other = await start(pair.replicaUrl.replace("@", "@127.0.0.1:1,"));
      await untilUsed(other);
      const answered = await listReadsDuring(other, async () => {
        for (let n = 0; n < 5; n++) await list(other);
      });
      expect(answered).toEqual({ "replica current": 10 });
    });

    it("X63 nothing can be written where lists are read, even by an account that may write", async () => {
      const pool = boundedPool(
        mysql2.createPool,
        {
          ...credentialsOf(serverAddress(pair.url)),
          ...WITHOUT_GENERATED_CODE,
          port: pair.primary.port,
          connectionLimit: 1,
        },
        {
          connectMs: 1000,
          statementMs: 4000,
          waitMs: 100,
          waiting: { all: 5, ofOneCaller: 5 },
          session: REPLICA_SESSION,
        },
      );
      const failure = await new Promise((resolve) => {
        pool.query("UPDATE contacts SET name = 'Overwritten'", resolve);
      });
      pool.end(() => undefined);
      expect(failure).toMatchObject({ errno: 1792 });
    });
  });

describe("a connection of a pool", () => {
  it("that was idle is still cut if its server freezes during a later statement", async () => {
    const database = await freshDatabaseUrl("mariadb");
    const proxy = await TcpProxy.start(database.url);
    const { port } = new URL(proxy.url);
    const pool = boundedPool(
      mysql2.createPool,
      {
        ...credentialsOf(serverAddress(proxy.url)),
        ...WITHOUT_GENERATED_CODE,
        host: "127.0.0.1",
        port: Number(port),
        connectionLimit: 1,
      },
      {
        connectMs: 1000,
        statementMs: 300,
        waitMs: 100,
        waiting: { all: 5, ofOneCaller: 5 },
        session: [READ_COMMITTED],
      },
    );
    const ask = () => new Promise((resolve) => pool.query("SELECT 1", resolve));
    try {
      expect(await ask()).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 800));
      proxy.freeze();
      expect(await ask()).toMatchObject({ code: "ETIMEDOUT" });
    } finally {
      await proxy.stop();
      pool.end(() => undefined);
      await database.drop();
    }
  });
});
