import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";
import { envelopeError, isTooDeep } from "./envelope.js";

const nested = (depth: number, inner: unknown = 1): unknown => {
  let value = inner;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};
const textOfDepth = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const digestOf = (query: string) => createHash("sha256").update(query).digest("hex");
const QUERY = "{ __typename }";
const CREATE =
  "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }";

describe("X33 the envelope of a request", () => {
  it("may be nested up to fifty levels, however deep the text goes", () => {
    expect([isTooDeep(1), isTooDeep({}), isTooDeep(nested(50)), isTooDeep(nested(51))]).toEqual([
      false,
      false,
      false,
      true,
    ]);
    expect(isTooDeep(JSON.parse(textOfDepth(20_000)))).toBe(true);
    expect(isTooDeep(Array.from({ length: 50_000 }, () => 1))).toBe(false);
  });

  it.each<[string, object, RegExp]>([
    ["no extensions", { query: QUERY }, /^taken$/],
    ["extensions of another kind", { query: QUERY, extensions: { tracing: true } }, /^taken$/],
    [
      "the query with its digest",
      { query: QUERY, extensions: { persistedQuery: { version: 1, sha256Hash: digestOf(QUERY) } } },
      /^taken$/,
    ],
    ["a digest alone", { extensions: { persistedQuery: { version: 1, sha256Hash: digestOf(QUERY) } } }, /^taken$/],
    [
      "another's digest",
      { query: QUERY, extensions: { persistedQuery: { version: 1, sha256Hash: digestOf("{a}") } } },
      /does not match/,
    ],
    [
      "another version",
      { query: QUERY, extensions: { persistedQuery: { version: 2, sha256Hash: digestOf(QUERY) } } },
      /version 1/,
    ],
    [
      "a text as version",
      { extensions: { persistedQuery: { version: "1", sha256Hash: digestOf(QUERY) } } },
      /version 1/,
    ],
    ["a list", { extensions: { persistedQuery: [] } }, /version 1/],
    ["a text", { extensions: { persistedQuery: "x" } }, /version 1/],
    ["a digest that is not one", { extensions: { persistedQuery: { version: 1, sha256Hash: "x" } } }, /SHA-256/],
    ["an object as digest", { extensions: { persistedQuery: { version: 1, sha256Hash: {} } } }, /SHA-256/],
  ])("with %s", (_what, body, refusal) => {
    expect(envelopeError(body) ?? "taken").toMatch(refusal);
  });
});

describeOnDatabases("X33 a request with a malformed envelope", (database) => {
  let world: World;
  let token: string;
  beforeAll(async () => {
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000 });
    token = await world.key(await world.ownerToken(await world.firm()), ["CONTACTS_WRITE"]);
  });
  afterAll(() => world.stop());

  let sent = 0;
  /** The response's status, with or without a key and an Idempotency-Key. */
  const post = async (body: string, isKeyed = false) => {
    const response = await world.raw({
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(isKeyed ? { authorization: `Bearer ${token}`, "idempotency-key": `envelope-${++sent}` } : {}),
      },
      body,
    });
    const text = await response.text();
    const { errors = [] } = JSON.parse(text) as { errors?: { extensions?: { code?: string } }[] };
    return { status: response.status, codes: errors.map(({ extensions }) => extensions?.code) };
  };
  const refused = { status: 400, codes: ["BAD_REQUEST"] };

  it.each<[string, string]>([
    ["deep variables", `{"query":${JSON.stringify(CREATE)},"variables":{"input":${textOfDepth(15_000)}}}`],
    ["deep extensions", `{"query":${JSON.stringify(CREATE)},"extensions":${textOfDepth(15_000)}}`],
    ["deep nesting under an unknown name", `{"query":${JSON.stringify(CREATE)},"x":${textOfDepth(15_000)}}`],
    [
      "a wrong version",
      JSON.stringify({ query: QUERY, extensions: { persistedQuery: { version: 2, sha256Hash: digestOf(QUERY) } } }),
    ],
    [
      "a wrong digest",
      JSON.stringify({ query: QUERY, extensions: { persistedQuery: { version: 1, sha256Hash: digestOf("x") } } }),
    ],
    ["a list", JSON.stringify([{ query: QUERY }, { query: QUERY }])],
    ["an empty object", "{}"],
    ["an empty list", "[]"],
    ["nothing", ""],
    ["null", "null"],
  ])("is refused as the caller's mistake: %s", async (_what, body) => {
    expect([await post(body), await post(body, true)]).toEqual([refused, refused]);
  });

  it("is not stored under its digest if it was refused", async () => {
    const registers = async (query: string, operationName?: string) => {
      const extensions = { persistedQuery: { version: 1, sha256Hash: digestOf(query) } };
      await post(JSON.stringify({ query, operationName, extensions }));
      return (await post(JSON.stringify({ extensions, operationName }))).codes;
    };
    expect(await registers("{ __typename, a: __typename }")).toEqual([]);
    for (const query of ["{ nothing }", "{ not a document", `{ ${"a: __typename ".repeat(600)} }`])
      expect(await registers(query)).toEqual(["PERSISTED_QUERY_NOT_FOUND"]);
    expect(await registers("query A { __typename }", "B")).toEqual(["PERSISTED_QUERY_NOT_FOUND"]);
  });

  it("is never answered as our failure, whatever it contains", async () => {
    const persisted = fc.record(
      {
        version: fc.oneof(fc.constant(1), fc.jsonValue()),
        sha256Hash: fc.oneof(fc.constant(digestOf(QUERY)), fc.constant("f".repeat(64)), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const body = fc.record(
      {
        query: fc.oneof(fc.constant(QUERY), fc.constant(CREATE), fc.constant(""), fc.jsonValue()),
        operationName: fc.oneof(fc.constant(null), fc.constant("__proto__"), fc.jsonValue()),
        variables: fc.oneof(fc.record({ input: fc.jsonValue() }), fc.jsonValue()),
        extensions: fc.oneof(fc.record({ persistedQuery: fc.oneof(persisted, fc.jsonValue()) }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const text = fc.oneof(
      { weight: 6, arbitrary: body.map((value) => JSON.stringify(value)) },
      // A duplicate name, and things that are not JSON.
      {
        weight: 1,
        arbitrary: fc
          .tuple(body, body)
          .map(([a, b]) => JSON.stringify(a).replace(/}$/, `,${JSON.stringify(b).slice(1)}`)),
      },
      { weight: 1, arbitrary: fc.json() },
      { weight: 1, arbitrary: fc.string() },
      {
        weight: 1,
        arbitrary: fc.nat({ max: 30_000 }).map((depth) => `{"query":"${QUERY}","variables":${textOfDepth(depth)}}`),
      },
    );
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (sentText, isKeyed) => {
        const { status, codes } = await post(sentText, isKeyed);
        expect([status < 500, codes.includes("INTERNAL"), codes.includes(undefined)]).toEqual([true, false, false]);
      }),
      { numRuns: 400, seed: 33 },
    );
  });

  it("closes the socket it arrived on, and no other", async () => {
    const key = await world.key(await world.ownerToken(await world.firm()), ["AUDIT_READ"]);
    const client = world.socket(key);
    const closed = new Promise<unknown>((resolve) => {
      client.on("closed", resolve);
      const variables = JSON.parse(textOfDepth(200)) as Record<string, unknown>;
      client.subscribe(
        { query: "subscription($a: String) { auditEvents(after: $a) { id } }", variables },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      );
    });
    expect(await closed).toMatchObject({ code: 4400 });
    await client.dispose();
    expect((await post(JSON.stringify({ query: QUERY }))).status).toBe(200);
  });
});
