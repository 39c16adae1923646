import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";
import { createLog } from "../log.js";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describeOnDatabases("X-Request-Id", (database) => {
  const logged: string[] = [];
  const log = createLog("debug", { write: (line) => void logged.push(line) });
  const linesWith = (text: string) =>
    logged.filter((line) => line.includes(text)).map((line) => JSON.parse(line) as Record<string, unknown>);
  let world: World;
  let behindProxy: World;
  beforeAll(async () => {
    world = await World.start(database.url(), {}, { log });
    behindProxy = await World.start("sqlite::memory:", { trustedProxies: ["127.0.0.1"] }, { log });
  });
  afterAll(() => Promise.all([world.stop(), behindProxy.stop()]));

  const idFrom = async (server: World, given?: string, path = "/healthz") => {
    const answer = await server.raw({ path, headers: given === undefined ? {} : { "x-request-id": given } });
    await answer.text();
    return answer.headers.get("x-request-id");
  };

  it("is on every answer, and a different one each time", async () => {
    const ids = [await idFrom(world), await idFrom(world), await idFrom(world, undefined, "/nothing")];
    const operation = await world.ask("{ viewer { __typename } }");
    ids.push(operation.headers.get("x-request-id"));
    for (const id of ids) expect(id).toMatch(UUID);
    expect(new Set(ids).size).toBe(4);
  });

  it("X51 is the proxy's own, if the proxy is trusted and the id is well-formed", async () => {
    const given = "4bf92f3577b34da6a3ce929d0e0e4736";
    expect(await idFrom(behindProxy, given)).toBe(given);
    for (const bad of ["short", "x".repeat(129), "with space in it", 'quote"d-identifier', "<script>alert(1)</script>"])
      expect(await idFrom(behindProxy, bad)).toMatch(UUID);
    // Anyone else could choose the id of a line in our log.
    expect(await idFrom(world, given)).toMatch(UUID);
  });

  it("is in the body of every error: of a refused request, of an operation, and of one that we failed", async () => {
    const missing = await world.raw({ path: "/nothing" });
    const { errors } = (await missing.json()) as { errors: { extensions: unknown }[] };
    expect(errors[0]?.extensions).toEqual({ code: "NOT_FOUND", requestId: missing.headers.get("x-request-id") });
    for (const document of ["{ contacts(first: 1) { totalCount } }", "{ nonsense"])
      // The second time it takes the other lane.
      for (const lane of ["apollo", "fast"]) {
        const answer = await world.ask(document);
        expect([lane, answer.errors?.[0]?.extensions.requestId]).toEqual([lane, answer.headers.get("x-request-id")]);
      }
  });

  it("is in the line about a refusal, and in a line from deep below a mutation", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const refused = await world.ask("{ contacts(first: 1) { totalCount } }");
    expect(linesWith(`"${refused.headers.get("x-request-id")}"`)).toMatchObject([{ msg: "refused" }]);
    // A service that logs without knowing the request.
    const { work } = world.app;
    const deep = work.do.bind(work);
    Object.assign(work, {
      do: (run: Parameters<typeof deep>[0]) => {
        log.info("deep below");
        return deep(run);
      },
    });
    logged.length = 0;
    const done = await world.ask('mutation { createContact(input: { name: "Maya" }) { contact { id } } }', {}, owner);
    Object.assign(work, { do: deep });
    expect(linesWith("deep below")).toMatchObject([{ requestId: done.headers.get("x-request-id") }]);
  });

  it("is not in the lines of background work that the request woke", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const endpoint = { url: "http://127.0.0.1:9/" };
    await world.mutate("createWebhookEndpoint", "CreateWebhookEndpointInput", "signingSecret", endpoint, owner);
    await world.contact(owner);
    const [line] = await until(() => {
      const lines = linesWith("a webhook was not delivered");
      return lines.length > 0 && lines;
    });
    expect(line).toMatchObject({ eventId: expect.stringMatching(/^evt_/), attempt: 1 });
    expect(line).not.toHaveProperty("requestId");
  });

  it("is on a refused upgrade and on what is no HTTP at all", async () => {
    const { hostname, port } = new URL(world.url);
    const upgraded = await new Promise<unknown>((resolve, reject) => {
      const headers = { connection: "upgrade", upgrade: "websocket", "sec-websocket-version": "13" };
      httpRequest({ hostname, port, path: "/elsewhere", headers })
        .on("response", (response) => resolve(response.headers["x-request-id"]))
        .on("error", reject)
        .end();
    });
    expect(upgraded).toMatch(UUID);
  });
});
