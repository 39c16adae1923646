import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { freshDatabaseUrl, type FreshDatabase } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { until, World } from "../world.js";
import { follow, logOf, untilListening, type Follower } from "./followers.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const SOCKETS_PER_KEY = 5;
const LIVE_KEYS = 4;
const ROUNDS = 60;
const ROWS = 100;
/** Some 4 kB per event, so that the rounds are some 25 MB for each reader and 500 MB for all of them. */
const SUMMARIES = Array.from({ length: 10 }, (_, n) => `s${n}: summary`).join(" ");
const GROWTH_BYTES = 250e6;
/** Two of the server's pings, plus what a busy machine takes. */
const PINGED_OUT_MS = 60_000;

describe("W08 readers that never read", () => {
  let database: FreshDatabase;
  let server: ServerProcess;
  let owner: string;
  let follower: Follower;
  const keys: string[] = [];
  const silent: WebSocket[] = [];

  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
    const world = await World.start(database.url);
    owner = await world.ownerToken(await world.firm());
    for (let n = 0; n <= LIVE_KEYS; n++) keys.push(await world.key(owner, ["AUDIT_READ"]));
    await world.stop();
    server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url,
      SECRET_KEYS: KEYS,
      DEMO: "0",
      LOG_LEVEL: "error",
    });
    server.start();
    await server.waitUntilReady();
    follower = follow(server, owner);
    await untilListening(server, owner, [follower]);
  }, 180_000);
  afterAll(async () => {
    for (const socket of silent) socket.terminate();
    await follower?.client.dispose();
    await server?.end("SIGKILL");
    await database?.drop();
  });

  /** A socket with the key; null if the key has too many already. */
  const open = (key: string) =>
    new Promise<WebSocket | null>((resolve) => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      socket.on("error", () => undefined);
      socket.once("close", () => resolve(null));
      socket.once("message", () => resolve(socket));
      socket.once("open", () =>
        socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${key}` } })),
      );
    });
  /** Opens as many sockets as the key may have; they subscribe and then read nothing more. */
  const fallSilent = async (key: string, after: string | null) => {
    for (let n = 0; n < SOCKETS_PER_KEY; n++) {
      const socket = await open(key);
      if (!socket) throw new Error("the key has sockets already");
      const query = `subscription($after: String) { auditEvents(after: $after) { ${SUMMARIES} } }`;
      // A unique id, as clients create them: equal ones would share each event's frame, and so its memory.
      const id = `silent ${silent.length}`;
      socket.send(JSON.stringify({ id, type: "subscribe", payload: { query, variables: { after } } }));
      socket.pause();
      silent.push(socket);
    }
    expect(await open(key)).toBeNull();
  };
  /** Whether the server has closed a socket of the key. */
  const isDropped = async (key: string) => {
    const socket = await open(key);
    socket?.terminate();
    return socket !== null;
  };
  const memory = async () => {
    const text = await (await server.raw({ path: "/metrics" })).text();
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
  };
  const makeEvents = async (round: number) => {
    const contacts = Array.from({ length: ROWS }, (_, n) => ({
      externalId: `${round} ${n}`,
      name: `${round} ${n} ${"ж".repeat(180)}`,
    }));
    const { results } = await server.mutate(
      "upsertContacts",
      "UpsertContactsInput",
      "results { userErrors { code } }",
      { contacts },
      owner,
    );
    expect(results).toHaveLength(ROWS);
  };

  it("are cut off, hold no memory and delay nobody: another subscriber has every event, once and in order", async () => {
    const { data } = await server.ask("{ auditEvents(last: 1) { nodes { cursor } } }", {}, owner);
    const live = keys.slice(1);
    for (const key of live) await fallSilent(key, null);
    await makeEvents(0);
    const before = await memory();
    let peak = before;
    for (let round = 1; round <= ROUNDS; round++) {
      await makeEvents(round);
      peak = Math.max(peak, await memory());
    }
    const log = await logOf(server, owner);
    await until(() => follower.seen.includes(log.at(-1) ?? ""));
    expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
    expect(peak - before).toBeLessThan(GROWTH_BYTES);
    for (const key of live) expect([key, await isDropped(key)]).toEqual([key, true]);

    // The server waits for a reader that asks for the whole history and then reads nothing, until a ping goes
    // unanswered.
    const [key] = keys as [string];
    await fallSilent(key, data.auditEvents.nodes[0].cursor);
    const startedAt = Date.now();
    while (!(await isDropped(key)) && Date.now() - startedAt < PINGED_OUT_MS) await wait(1000);
    expect(await isDropped(key)).toBe(true);
    expect((await memory()) - before).toBeLessThan(GROWTH_BYTES);
  }, 240_000);
});
