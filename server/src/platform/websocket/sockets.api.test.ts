import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { WebSocket } from "ws";
import { follow, logOf } from "../../testing/chaos/followers.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

describeOnDatabases("sockets", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  /** A raw socket that has been acknowledged; `closed` is the code it was closed with. */
  const open = async () => {
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    const seen = { socket, messages: 0, closed: null as number | null };
    socket.on("error", () => undefined);
    socket.on("close", (code) => (seen.closed = code));
    socket.on("message", () => (seen.messages += 1));
    await new Promise((resolve) => socket.once("open", resolve));
    const greeted = new Promise((resolve) => socket.once("message", resolve));
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${owner}` } }));
    await greeted;
    return seen;
  };
  const subscribe = (socket: WebSocket, id: number, query = "subscription { auditEvents { id } }") =>
    socket.send(JSON.stringify({ id: id.toString(), type: "subscribe", payload: { query } }));

  it.each([
    ["messages", (socket: WebSocket) => socket.send('{"type":"ping"}')],
    ["control frames", (socket: WebSocket) => socket.ping()],
  ])("W08 more than sixty %s a minute close the socket with 4429", async (_what, talk) => {
    const seen = await open();
    for (let n = 0; n < 50; n++) talk(seen.socket);
    await wait(300);
    expect(seen.closed).toBeNull();
    for (let n = 0; n < 20; n++) talk(seen.socket);
    await until(() => seen.closed !== null);
    expect(seen.closed).toBe(4429);
  });

  it.each([
    ["a viewer that is not a string", '{"viewer":{"toString":1}}'],
    ["a viewer that is nested far too deeply", `{"viewer":${"[".repeat(20_000)}${"]".repeat(20_000)}}`],
    ["an audience that is not a string", '{"audience":{"toString":1}}'],
  ])("X33 %s counts as anonymous, and is no failure of ours", async (_what, payload) => {
    const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws", {
      origin: world.app.publicUrl,
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(`{"type":"connection_init","payload":${payload}}`);
    expect(await closed).not.toBe(1013);
  });

  it("W08 an eleventh subscription closes the socket with 4429, and a message of 10 MB with 1009", async () => {
    const seen = await open();
    for (let id = 1; id <= 11; id++) subscribe(seen.socket, id);
    await until(() => seen.closed !== null);
    expect(seen.closed).toBe(4429);
    const large = await open();
    large.socket.send("x".repeat(10_000_000));
    await until(() => large.closed !== null);
    expect(large.closed).toBe(1009);
  });

  it("W08 five hundred sockets that never authenticate are cut, and hold up nobody", async () => {
    const closed = await Promise.all(
      Array.from(
        { length: 500 },
        () =>
          new Promise<number>((resolve) => {
            const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
            socket.on("error", () => undefined);
            socket.on("close", resolve);
          }),
      ).concat(
        (async () => {
          expect((await world.ask("{ firm { name } }", {}, owner)).status).toBe(200);
          const seen = await open();
          seen.socket.terminate();
          return 4408;
        })(),
      ),
    );
    expect(new Set(closed)).toEqual(new Set([4408]));
  });

  it("W05 a failure on our side closes with a code at which clients retry, and nothing is lost", async () => {
    const follower = follow(world, owner);
    const seen = await open();
    subscribe(seen.socket, 1);
    try {
      await until(async () => {
        await world.contact(owner, "Here?");
        return follower.seen.length > 0 && seen.messages > 1;
      });
      const rename = (from: string, to: string) => world.app.work.reader.query(`ALTER TABLE ${from} RENAME TO ${to}`);
      await rename("sessions", "sessions_away");
      // A client that reconnects while the database fails is asked to try again.
      const late = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      const closed = new Promise<number>((resolve) => late.once("close", resolve));
      late.once("open", () =>
        late.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${owner}` } })),
      );
      expect(await closed).toBe(1013);
      await wait(1500);
      await rename("sessions_away", "sessions");
      await world.contact(owner, "After");
      const log = await logOf(world, owner);
      await until(() => follower.seen.includes(log.at(-1) ?? ""));
      expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
      expect([null, 1013]).toContain(seen.closed);
    } finally {
      seen.socket.terminate();
      await follower.client.dispose();
    }
  });
});
