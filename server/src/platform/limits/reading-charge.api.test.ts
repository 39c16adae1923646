import { join } from "node:path";
import { print } from "graphql";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { projectDocuments } from "../../testing/project-documents.js";
import { World, type Answer } from "../../testing/world.js";
import { KNOWN } from "../graphql/operation-pipeline.js";
import { readingCost } from "./limits.plugin.js";

const ROOT = join(__dirname, "../../../..");

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
  /** Sends until it is turned away; returns how many documents were read. */
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
  ])("X9 %s ends like any other: with 429 and a Retry-After", async (_what, document) => {
    const token = await world.key(owner, ["CONTACTS_READ"]);
    const { read, limited } = await flood(document, token);
    expect(read).toBeGreaterThan(100);
    expect(limited.errors?.[0]?.extensions).toMatchObject({ code: "RATE_LIMITED" });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(limited.headers.get("x-request-id")).toBeTruthy();
    // Another caller's budget is not affected.
    expect((await world.ask("{ contacts(first: 1) { totalCount } }", {}, owner)).status).toBe(200);
  });

  it("X9 without a session or key the source pays for it", async () => {
    const { read, limited } = await flood((n) => `{ ${long} a${n} }`);
    expect(read).toBeLessThan(200);
    expect(limited.errors?.[0]?.extensions).toMatchObject({ code: "RATE_LIMITED" });
    // An unknown token changes nothing.
    expect((await world.ask("{ nothing }", {}, `gts_${"x".repeat(43)}`)).status).toBe(429);
  });

  it("X9 on a socket too", async () => {
    const token = await world.key(owner, ["AUDIT_READ", "CONTACTS_READ"]);
    await flood((n) => `{ ${long} a${n} }`, token);
    const client = world.socket(token);
    const outcome = await new Promise<unknown>((resolve) => {
      const query = "subscription { auditEvents { nothing } }";
      client.subscribe({ query }, { next: resolve, error: resolve, complete: () => resolve("complete") });
    });
    await client.dispose();
    expect(outcome).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
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

  let sent = 0;
  /** A new valid document, long enough to cost the most to read. */
  const fresh = () => `{ a${++sent}: __typename } #${"x".repeat(2000)}`;
  /** Sends new valid documents until one is turned away or the given number was read; returns how many were read. */
  const readValid = async (most: number, token?: string) => {
    for (let read = 0; read < most; read += 10) {
      const answers = await Promise.all(ten(0).map(() => world.ask(fresh(), {}, token)));
      const turnedAway = answers.findIndex(({ status }) => status === 429);
      if (turnedAway >= 0) return read + turnedAway;
      expect(answers.map(({ status }) => status)).toEqual(ten(0).map(() => 200));
    }
    return most;
  };

  it("X32 valid documents that are always new end too: from one source, and from a client's session", async () => {
    // Another process, in which the sources still have their full budgets.
    const other = await World.start(database.url(), { sourceLimitFactor: 1 });
    await world.stop();
    world = other;
    const guest = (await world.client(firm, owner)).created.result.sessionToken as string;
    // 6,000 and 60,000 a minute: more if the machine is so slow that another minute begins.
    expect(await readValid(400)).toBeLessThan(200);
    expect(await readValid(1500, guest)).toBeLessThan(1200);
  });

  it("X32 the firm's own team and keys pay only for what their operations do", async () => {
    const token = await world.key(owner, ["CONTACTS_READ"]);
    expect(await readValid(400, token)).toBe(400);
  });

  it("X32 everything that our pages request takes a small part of a stranger's minute, even if none of it is known", () => {
    const documents = projectDocuments(
      ROOT,
      ["dashboard/src/portal", "dashboard/src/features", "dashboard/src/graphql"],
      world.app.schema,
    );
    const texts = new Set(documents.map(({ document }) => print(document)));
    expect(texts.size).toBeGreaterThan(20);
    const costs = [...texts].map(readingCost);
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThan(6000 / 2);
    const all = projectDocuments(ROOT, ["dashboard/src"], world.app.schema);
    expect(Math.max(...all.map(({ document }) => print(document).length))).toBeLessThan(KNOWN.maxEntrySize);
  });
});
