import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { createLog } from "../log.js";
import { follow, logOf, untilListening, type Follower } from "../../testing/chaos/followers.js";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { TcpProxy } from "../../testing/tcp-proxy.js";
import { until, World } from "../../testing/world.js";

describeOnDatabaseServers("a database that is away", (database) => {
  const lines: string[] = [];
  let proxy: TcpProxy;
  let world: World;
  let owner: string;
  let follower: Follower;
  beforeAll(async () => {
    proxy = await TcpProxy.start(database.url());
    world = await World.start(proxy.url, {}, { log: createLog("warn", { write: (line) => void lines.push(line) }) });
    owner = await world.ownerToken(await world.firm());
    follower = follow(world, owner);
    await untilListening(world, owner, [follower]);
  });
  afterAll(async () => {
    await follower?.client.dispose();
    await world?.stop();
    await proxy?.stop();
  });

  const create = (name: string) =>
    world.ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
      { input: { name } },
      owner,
    );
  const readiness = async () => {
    const response = await world.raw({ path: "/readyz" });
    return [response.status, (await response.json()) as { status: string; reason?: string }] as const;
  };
  const well = async () => {
    await until(async () => (await create("Well again")).data?.createContact.contact);
    // It is asked for anew once a second.
    await until(async () => (await readiness())[0] === 200);
  };
  const unavailable = expect.objectContaining({ code: "UNAVAILABLE", retryAfter: 2 });

  it("is a 503 with UNAVAILABLE and Retry-After everywhere, then heals without help", async () => {
    proxy.close();
    try {
      for (const { status, headers, errors } of [
        await world.ask("{ firm { name } }", {}, owner),
        await create("Away"),
        await world.ask(
          'mutation { teamSignIn(input: { email: "a@b.example", password: "x" }) { userErrors { code } } }',
        ),
      ])
        expect([status, headers.get("retry-after"), errors?.[0]?.extensions]).toEqual([503, "2", unavailable]);
      const authorization = `Bearer ${owner}`;
      for (const path of ["/audit-log.csv", `/logos/${"a".repeat(64)}`]) {
        const response = await world.raw({ path, headers: { authorization } });
        const { errors } = (await response.json()) as { errors: { extensions: object }[] };
        expect([response.status, response.headers.get("retry-after"), errors[0]?.extensions]).toEqual([
          503,
          "2",
          unavailable,
        ]);
      }
      expect(await readiness()).toEqual([503, { status: "not ready", reason: "NO_CONNECTION" }]);
    } finally {
      proxy.open();
    }
    await well();
    expect(await world.app.work.reader.query("SELECT id FROM contacts WHERE name = 'Away'")).toEqual([]);
  });

  it("tells a new subscription, and keeps its socket and those that run", async () => {
    const client = world.socket(owner, {}, { lazy: false });
    const subscribe = () =>
      new Promise<unknown>((resolve) => {
        const end = client.subscribe(
          { query: "subscription { auditEvents { id } }" },
          {
            next: () => {
              resolve("an event");
              end();
            },
            error: resolve,
            complete: () => undefined,
          },
        );
      });
    let closed = 0;
    client.on("closed", () => (closed += 1));
    const first = subscribe();
    await until(async () => {
      await create("Before");
      return Promise.race([first, new Promise((resolve) => setTimeout(resolve, 100))]);
    });
    proxy.close();
    try {
      expect(await subscribe()).toMatchObject([{ extensions: unavailable }]);
    } finally {
      proxy.open();
    }
    await well();
    const again = subscribe();
    await until(async () => {
      await create("After");
      return Promise.race([again, new Promise((resolve) => setTimeout(resolve, 100))]);
    });
    expect(closed).toBe(0);
    await client.dispose();
    const log = await logOf(world, owner);
    await until(() => follower.seen.includes(log.at(-1) ?? ""));
    expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
  });

  it("answers in time if the server freezes, and is not ready meanwhile", async () => {
    proxy.freeze();
    try {
      const [read, written, state] = await Promise.all([
        world.ask("{ firm { name } }", {}, owner),
        create("Frozen"),
        until(async () => {
          const now = await readiness();
          return now[0] === 503 && now[1].reason === "NO_ANSWER";
        }),
      ]);
      expect(state).toBe(true);
      for (const { status, errors } of [read, written])
        expect([status, errors?.[0]?.extensions]).toEqual([503, unavailable]);
    } finally {
      proxy.thaw();
    }
    await well();
  });

  it("goes on with new connections once /readyz has found those that exist silent", async () => {
    await well();
    // So that there are many of them.
    await Promise.all(Array.from({ length: 30 }, () => world.ask("{ firm { name } }", {}, owner)));
    proxy.freezeExisting();
    try {
      await until(async () => (await readiness())[1].reason === "NO_ANSWER");
      // With a silent connection it would be unavailable.
      const { status, errors } = await create("Elsewhere");
      expect([status, errors]).toEqual([200, undefined]);
    } finally {
      proxy.cut();
    }
    await well();
  });

  it("leaves the database's codes in the log, and no value", async () => {
    proxy.interfere("INSERT INTO `audit_events`", { kind: "error", errno: 1062, sqlState: "23000" });
    expect((await create("Ms Secret")).errors?.[0]?.extensions.code).toBe("INTERNAL");
    const entries = lines.map((line) => JSON.parse(line) as { msg: string; err?: Record<string, unknown> });
    expect(entries.find(({ msg }) => msg === "an operation failed")?.err).toMatchObject({
      code: "ER_DUP_ENTRY",
      errno: 1062,
      sqlState: "23000",
    });
    const outages = entries.filter(({ msg }) => msg === "the database failed").map(({ err }) => err?.code);
    expect(outages).toEqual(expect.arrayContaining(["ECONNRESET", "ETIMEDOUT"]));
    expect(lines.join()).not.toMatch(/Ms Secret/);
  });
});
