import { ApolloServer } from "@apollo/server";
import { describe, expect, it } from "@jest/globals";
import { buildSchema, getIntrospectionQuery } from "graphql";
import { CostRates } from "./cost-rates.js";
import { documentRules } from "./document-limits.js";
import { DocumentReader } from "../graphql/document-reader.js";
import { readDocuments } from "../graphql/read-documents.plugin.js";
import { hiddenSchema } from "../graphql/hidden-schema.plugin.js";
import { limitsPlugin } from "./limits.plugin.js";

let runs = 0;
const ran = () => ++runs;
const typeDefs = `type Query { me: Thing things(first: Int, last: Int): Page } type Mutation { signIn: Int verify: Int }
  type Page { nodes: [Thing!]! totalCount: Int } type Thing { name: String me: Thing things(first: Int): Page }`;
const rules = documentRules({ onePerDocument: ["signIn", "verify"] });
const open = (isProduction: boolean, perMinute = 60_000) => {
  const costs = {
    rates: new CostRates(),
    bucketOf: () => ({ key: "me", perMinute }),
    readsFree: () => true,
    hideHints: isProduction,
  };
  return new ApolloServer({
    typeDefs,
    resolvers: { Query: { me: ran, things: ran }, Mutation: { signIn: ran, verify: ran } },
    introspection: true,
    documentStore: null,
    plugins: [
      readDocuments(new DocumentReader({ schema: buildSchema(typeDefs), rules, hideHints: isProduction }), costs),
      ...(isProduction ? [hiddenSchema()] : []),
      limitsPlugin(costs),
    ],
  });
};
async function ask(query: string, server = open(true), variables: Record<string, unknown> = {}) {
  const before = runs;
  const started = performance.now();
  const response = await server.executeOperation({ query, variables });
  if (response.body.kind !== "single") throw new Error("not single");
  const { errors, extensions } = response.body.singleResult;
  return {
    ms: performance.now() - started,
    status: response.http.status,
    headers: response.http.headers,
    code: errors?.[0]?.extensions?.code,
    limit: errors?.[0]?.extensions?.limit,
    message: errors?.[0]?.message,
    cost: extensions?.cost,
    resolved: runs - before,
  };
}
const nested = (depth: number) => `${"{ me ".repeat(depth)}{ name }${" }".repeat(depth)}`;

describe("limits of a document", () => {
  it.each([
    ["depth", nested(50)],
    [
      "depth",
      `{ me { ...A } } fragment A on Thing { me { me { me { ...B } } } } fragment B on Thing { me { me { me { me { name } } } } }`,
    ],
    ["tokens", `{ ${"me ".repeat(10_000)} }`],
    ["tokens", nested(20_000)],
    ["tokens", `{ me(a: ${"[".repeat(40_000)}`],
    ["tokens", `{ ${Array.from({ length: 5000 }, (_, n) => `a${n}: __typename`).join(" ")} }`],
    ["lines", `{ me { name } }${"\n".repeat(1000)}`],
    [
      "selections",
      `{ ...A } fragment A on Query { ${"...B ".repeat(40)} } fragment B on Query { ${"me ".repeat(30)} }`,
    ],
    [
      "selections",
      `{ me { name } } fragment A on Thing { ${"...B ".repeat(40)} } fragment B on Thing { ${"name ".repeat(30)} }`,
    ],
    ["aliases", `{ ${Array.from({ length: 11 }, (_, n) => `a${n}: __typename`).join(" ")} }`],
    ["directives", `{ __typename ${"@include(if: true) ".repeat(21)} }`],
    ["cost", `{ things(first: 1000000) { nodes { name } } }`],
    ["cost", `{ things(first: 100) { nodes { things(first: 100) { nodes { name } } } } }`],
    ["onePerDocument", `mutation { a: signIn b: signIn }`],
    ["onePerDocument", `mutation { signIn ...F } fragment F on Mutation { verify }`],
    ["onePerDocument", `mutation A { signIn } mutation B { verify }`],
  ])("past %s it is refused by name, quickly, before any resolver: %.60s", async (limit, query) => {
    const answer = await ask(query);
    expect(answer).toMatchObject({ status: 400, resolved: 0 });
    // The shortest of several measurements: other work on the machine can make any one of them long.
    const times = [answer.ms];
    while (Math.min(...times) >= 200 && times.length < 10) times.push((await ask(query)).ms);
    expect(Math.min(...times)).toBeLessThan(200);
    expect([answer.code, answer.limit]).toContain(query.includes("mutation A") ? "onePerDocument" : limit);
    expect(answer.code).toBe("QUERY_TOO_COMPLEX");
  });

  it("variables and their defaults count as page sizes", async () => {
    const query = "query($n: Int = 3) { things(first: $n) { nodes { name } totalCount } }";
    expect((await ask(query)).cost).toEqual({ requested: 4 });
    expect((await ask(query, open(true), { n: 20 })).cost).toEqual({ requested: 21 });
    expect((await ask(query, open(true), { n: 6000 })).limit).toBe("cost");
  });

  it("production answers no introspection and gives no hints; development does", async () => {
    expect((await ask(getIntrospectionQuery())).code).toBe("GRAPHQL_VALIDATION_FAILED");
    expect((await ask(getIntrospectionQuery(), open(false))).code).toBeUndefined();
    expect((await ask("{ thingz { totalCount } }")).message).not.toMatch(/did you mean/i);
    expect((await ask("{ thingz { totalCount } }", open(false))).message).toMatch(/did you mean/i);
  });

  it("a caller's budget is reported, and beyond it the response is 429 with Retry-After", async () => {
    const server = open(true, 40);
    const query = "{ things(first: 20) { nodes { name } } }";
    const first = await ask(query, server);
    expect(first.headers.get("ratelimit-remaining")).toBe("19");
    const second = await ask(query, server);
    expect(second).toMatchObject({ status: 429, code: "RATE_LIMITED", resolved: 0 });
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});
