import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { freePort, ServerProcess } from "../../testing/server-process.js";
import { takeSnapshot } from "../../testing/snapshots.js";
import { World, type Data } from "../../testing/world.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;

describeOnDatabaseServers("magic links over two server processes", (database) => {
  let world: World;
  let owner: string;
  let servers: ServerProcess[] = [];
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
    const environment = {
      DATABASE_URL: database.url(),
      SECRET_KEYS: KEYS,
      SOURCE_LIMIT_FACTOR: "1000",
      DEMO: "0",
      LOG_LEVEL: "debug",
    };
    servers = [new ServerProcess(await freePort(), environment), new ServerProcess(await freePort(), environment)];
    for (const server of servers) server.start();
    for (const server of servers) await server.waitUntilReady();
  }, 180_000);
  afterAll(async () => {
    for (const server of servers) await server.end("SIGKILL");
    await world.stop();
  });

  it("M03 M13 of fifty devices that claim at once exactly one gets the link, and no log or row contains the token", async () => {
    const { id, email } = await world.contact(owner);
    const { request } = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { id }",
      { contactId: id, title: "Papers", items: ["Payroll"] },
      owner,
    );
    const token = await world.mailedToken(email, /Request from .*: Papers/);
    const answers: Data[] = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        (servers[index % 2] as ServerProcess).mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          "result { __typename ... on SignedIn { sessionToken } }",
          { token, deviceKey: randomBytes(16).toString("base64url"), transport: "TOKEN" },
        ),
      ),
    );
    const kinds = answers.map(({ result }) => result.__typename as string);
    expect(kinds.filter((kind) => kind === "SignedIn")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "MagicLinkNotUsable")).toHaveLength(49);
    const live = "SELECT id FROM sessions WHERE requestId = ? AND revokedAt IS NULL";
    expect(await world.app.work.reader.query(live, [request.id])).toHaveLength(1);

    const session = answers.find(({ result }) => result.sessionToken)?.result.sessionToken as string;
    const kept =
      JSON.stringify([...(await takeSnapshot(world.app.work))]) + servers.flatMap(({ lines }) => lines).join("\n");
    for (const secret of [token, session]) expect(kept.includes(secret)).toBe(false);
  }, 120_000);
});
