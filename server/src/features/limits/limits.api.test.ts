import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeOnDatabases, freshDatabaseUrl, type FreshDatabase } from "../../testing/databases.js";
import { hasProgram, OwnRedis } from "../../testing/services.js";
import { World, type Answer } from "../../testing/world.js";

const BUDGET = 60_000;
const PAGE = "query($first: Int) { contacts(first: $first) { nodes { name } totalCount } }";
/** Refused for its size, but charged as the most that an operation may cost. */
const GREEDY = { first: 1_000_000 };
const GREEDY_COST = 5000;
const CREATE = `mutation { createContact(input: { name: "Past the budget" }) { contact { id } userErrors { code } } }`;

const rateOf = ({ headers }: Answer) =>
  ["limit", "remaining", "reset"].map((name) => Number(headers.get(`ratelimit-${name}`) ?? Number.NaN));
const page = (world: World, token: string, first = 2) => world.ask(PAGE, { first }, token);
async function useUp(world: World, token: string): Promise<void> {
  for (let spent = 0; spent < BUDGET; spent += GREEDY_COST) await world.ask(PAGE, GREEDY, token);
}

describeOnDatabases("what an integrator may request from the server per minute", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());
  const key = () => world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "AUDIT_READ"]);
  const callers: [string, () => Promise<string>][] = [
    ["an API key", key],
    ["a session", () => world.ownerToken(firm)],
  ];

  it.each(callers)("%s sees in every response what the operation cost and what is left", async (_who, caller) => {
    const token = await caller();
    const first = await page(world, token, 20);
    expect(first.extensions).toEqual({ cost: { requested: 21 } });
    const [limit, remaining, reset] = rateOf(first);
    expect([limit, remaining]).toEqual([BUDGET, BUDGET - 21]);
    expect(reset).toBeGreaterThan(0);
    expect(reset).toBeLessThanOrEqual(60);
    const write = await world.ask(CREATE, {}, token);
    expect(write.extensions).toEqual({ cost: { requested: 21 } });
    expect(rateOf(write)[1]).toBe(BUDGET - 21 - 21);
    // Even if the response is a refusal.
    expect(rateOf(await world.ask("{ contacts(first: 0) { totalCount } }", {}, token))[1]).toBe(BUDGET - 21 - 21 - 1);
  });

  it.each(callers)("%s with a used-up budget learns when to retry, and nothing is done", async (_who, caller) => {
    const token = await caller();
    await useUp(world, token);
    const contacts = async () => (await page(world, owner)).data.contacts.totalCount;
    const before = await contacts();
    for (const refused of [await page(world, token), await world.ask(CREATE, {}, token)]) {
      expect(refused).toMatchObject({
        status: 429,
        data: undefined,
        errors: [{ extensions: { code: "RATE_LIMITED" } }],
      });
      const wait = Number(refused.headers.get("retry-after"));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(refused.errors?.[0]?.extensions.retryAfter).toBe(wait);
      expect(rateOf(refused)).toEqual([BUDGET, 0, wait]);
    }
    expect(await contacts()).toBe(before);
  });

  it.each(callers)(
    "what %s used up is nobody else's: not another key's, not another session's",
    async (_who, caller) => {
      const others = [await key(), await world.ownerToken(firm)];
      const token = await caller();
      await useUp(world, token);
      for (const other of others) expect(rateOf(await page(world, other))).toEqual([BUDGET, BUDGET - 3, 60]);
      expect((await page(world, token)).status).toBe(429);
    },
  );

  it("G02 a hundred guesses in one document count as none: nothing is checked, and nothing is counted", async () => {
    const { email, created } = await world.client(firm, owner);
    await world.enroll({ token: created.result.sessionToken });
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    const counted = async () =>
      (await world.app.work.reader.query(
        "SELECT keyDigest, attempts FROM attempt_counters ORDER BY keyDigest",
      )) as unknown;
    const guesses = {
      portalSignIn: `input: { firmSlug: "${firm.slug}", email: "${email}", password: "a guessed password" }`,
      verifyTwoFactor: `input: { challengeToken: "${challengeToken}", code: "000000" }`,
      useRecoveryCode: `input: { challengeToken: "${challengeToken}", code: "0000-0000-0000-0000-0000-0000" }`,
    };
    const field = (name: string, input: string) => `${name}(${input}) { userErrors { code } }`;
    const documents = Object.entries(guesses).flatMap(([name, input]) => [
      `mutation { ${Array.from({ length: 100 }, (_, n) => `a${n}: ${field(name, input)}`).join(" ")} }`,
      `mutation { a: ${field(name, input)} b: ${field(name, input)} }`,
      `mutation { a: ${field(name, input)} ...F } fragment F on Mutation { ... on Mutation { b: ${field(name, input)} } }`,
    ]);
    documents.push(
      `mutation { ${Object.entries(guesses)
        .map(([name, input]) => field(name, input))
        .join(" ")} }`,
    );
    const before = await counted();
    for (const document of documents) {
      const refused = await world.ask(document);
      expect([document, refused.status, refused.data]).toEqual([document, 400, undefined]);
      expect(refused.errors?.map(({ extensions }) => extensions.code)).toContain("QUERY_TOO_COMPLEX");
    }
    expect(await counted()).toEqual(before);
    const failures = (await world.app.work.reader.query(
      "SELECT COUNT(*) AS n FROM audit_events WHERE firmId = ? AND type = 'SIGN_IN_FAILED'",
      [firm.id],
    )) as [{ n: number }];
    expect(Number(failures[0].n)).toBe(0);
  });

  it("subscriptions are charged to the same budget", async () => {
    const token = await key();
    await useUp(world, token);
    const client = world.socket(token);
    const code = await new Promise((resolve) =>
      client.subscribe(
        { query: "subscription { auditEvents { id } }" },
        {
          next: resolve,
          error: (errors) => resolve(Array.isArray(errors) ? errors[0]?.extensions?.code : errors),
          complete: () => resolve("complete"),
        },
      ),
    );
    await client.dispose();
    expect(code).toBe("RATE_LIMITED");
  });
});

describe("two servers with a Redis", () => {
  if (!hasProgram("redis-server", "budgets over two servers")) return;
  let database: FreshDatabase;
  let redis: OwnRedis;
  let worlds: [World, World];
  beforeAll(async () => {
    redis = await OwnRedis.start();
    database = await freshDatabaseUrl("sqlite");
    const start = () => World.start(database.url, { redisUrl: redis.url });
    worlds = [await start(), await start()];
  });
  afterAll(async () => {
    for (const world of worlds) await world.stop();
    await redis.stop();
    await database.drop();
  });

  it("add up a caller's cost, and count separately while Redis is gone: bounded, and nobody is turned away for it", async () => {
    const [one, two] = worlds;
    const owner = await one.ownerToken(await one.firm());
    await useUp(one, owner);
    expect((await page(two, owner)).status).toBe(429);
    await redis.end("SIGKILL");
    expect((await page(two, owner)).status).toBe(200);
    await useUp(two, owner);
    expect((await page(two, owner)).status).toBe(429);
  });
});
