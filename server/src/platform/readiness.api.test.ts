import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../testing/databases.js";
import { until, World } from "../testing/world.js";

describeOnDatabases("/readyz", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  const readiness = async () => {
    const response = await world.raw({ path: "/readyz" });
    return [response.status, await response.json()] as const;
  };
  const becomes = (expected: readonly [number, object]) =>
    until(async () => JSON.stringify(await readiness()) === JSON.stringify(expected));
  const run = (sql: string) => world.app.work.reader.connection.query(sql) as Promise<Record<string, number>[]>;
  const create = async (name: string) => {
    const { status, errors } = await world.ask(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } } }",
      { input: { name } },
      owner,
    );
    return [status, errors?.[0]?.extensions.code];
  };

  it("is 200 while the database takes a write", async () => {
    expect(await readiness()).toEqual([200, { status: "ready" }]);
  });

  it("writes at most once a second, however often it is asked", async () => {
    const from = performance.now();
    const seen = new Set<number>();
    for (let n = 0; n < 50; n++) {
      await readiness();
      const [row] = await run("SELECT expiresAt FROM leases WHERE name = 'readiness'");
      seen.add(Number(row?.expiresAt));
    }
    expect(seen.size).toBeLessThanOrEqual(2 + (performance.now() - from) / 1000);
  });

  it("is 503 while a file cannot be written, and writes are refused as unavailable", async () => {
    if (database.isServer) return;
    await run("PRAGMA query_only = 1");
    await becomes([503, { status: "not ready", reason: "READ_ONLY" }]);
    expect(await create("Read-only")).toEqual([503, "UNAVAILABLE"]);
    await run("PRAGMA query_only = 0");
    await becomes([200, { status: "ready" }]);
    expect(await create("Well again")).toEqual([200, undefined]);
  });

  it("is 503 after a write that found no room", async () => {
    if (database.isServer) return;
    const [pages] = await run("PRAGMA page_count");
    await run(`PRAGMA max_page_count = ${pages?.page_count ?? 0}`);
    const answers: unknown[] = [];
    await until(async () => {
      answers.push(await create("x".repeat(150)));
      return JSON.stringify(answers.at(-1)) !== "[200,null]";
    });
    expect(answers.at(-1)).toEqual([503, "UNAVAILABLE"]);
    await becomes([503, { status: "not ready", reason: "STORAGE" }]);
  });
});
