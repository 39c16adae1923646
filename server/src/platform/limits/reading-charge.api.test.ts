import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { World, type Answer } from "../../testing/world.js";

describeOnBothDatabases("a flood of documents that are refused", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    // The sources' budget as it is outside of tests: 6,000 a minute.
    world = await World.start(database.url(), { sourceLimitFactor: 1 });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const remaining = ({ headers }: Answer) => Number(headers.get("ratelimit-remaining"));
  const ten = (n: number) => Array.from({ length: 10 }, (_, i) => n * 10 + i);
  /** Sends until it is turned away; how many were read. */
  async function flood(document: (n: number) => string, token?: string, headers = {}) {
    for (let round = 0; round < 100; round++) {
      const answers = await Promise.all(ten(round).map((n) => world.ask(document(n), {}, token, headers)));
      const limited = answers.find(({ status }) => status === 429);
      if (limited) return { read: round * 10 + answers.findIndex(({ status }) => status === 429), limited };
      for (const { status } of answers) expect(status).toBe(400);
    }
    throw new Error("it was never turned away");
  }
  const long = "x ".repeat(490);

  it.each<[string, (n: number) => string]>([
    ["that do not parse", (n) => `{ ${long} a${n}: ( }`],
    ["that do not fit the schema", (n) => `{ ${long} a${n} }`],
    [
      "that expand to too much",
      (n) => `{ ${"...A ".repeat(40)} } fragment A on Query { ${"a ".repeat(100)} b${n} } # ${long}`,
    ],
    ["whose operation is not in them", (n) => `query A${n} { ${"__typename ".repeat(200)} } query B { __typename }`],
  ])("X9 %s ends like any other: 429, with the time when to come again", async (_what, document) => {
    const token = await world.key(owner, ["CONTACTS_READ"]);
    const { read, limited } = await flood(document, token);
    expect(read).toBeGreaterThan(100);
    expect(limited.errors?.[0]?.extensions).toMatchObject({ code: "RATE_LIMITED" });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited.headers.get("x-request-id")).toBeTruthy();
    // Another's budget is not touched.
    expect((await world.ask("{ contacts(first: 1) { totalCount } }", {}, owner)).status).toBe(200);
  });

  it("X9 without a session or key it is the source's flood", async () => {
    const { read, limited } = await flood((n) => `{ ${long} a${n} }`);
    expect(read).toBeLessThan(200);
    expect(limited.errors?.[0]?.extensions).toMatchObject({ code: "RATE_LIMITED" });
    // A token that is nobody's changes nothing of that.
    expect((await world.ask("{ nothing }", {}, `gts_${"x".repeat(43)}`)).status).toBe(429);
  });

  it("X9 on a socket too", async () => {
    const token = await world.key(owner, ["AUDIT_READ", "CONTACTS_READ"]);
    await flood((n) => `{ ${long} a${n} }`, token);
    const client = world.socket(token);
    const told = await new Promise<unknown>((resolve) => {
      const query = "subscription { auditEvents { nothing } }";
      client.subscribe({ query }, { next: resolve, error: resolve, complete: () => resolve("complete") });
    });
    await client.dispose();
    expect(told).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
  });

  it("X9 a valid operation costs what it says, whether its document is new or known", async () => {
    const token = await world.key(owner, ["CONTACTS_READ"]);
    const query = "{ contacts(first: 20) { nodes { name } } }";
    const first = await world.ask(query, {}, token);
    expect(first.extensions).toEqual({ cost: { requested: 21 } });
    expect([remaining(first), remaining(await world.ask(query, {}, token))]).toEqual([60_000 - 21, 60_000 - 42]);
    const refused = await world.ask("{ nothing }", {}, token);
    expect([refused.status, remaining(refused)]).toEqual([400, 60_000 - 42 - 10]);
  });
});
