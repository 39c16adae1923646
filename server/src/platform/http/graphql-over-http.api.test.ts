import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { auditServer } from "graphql-http";
import { freshDatabaseUrl, type FreshDatabase } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

const GETS = [
  "5A70 MAY accept application/x-www-form-urlencoded formatted GET requests",
  "6A70 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
  "D6D5 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
];

describe.each([{ isProduction: false }, { isProduction: true }])("GraphQL over HTTP, %p", ({ isProduction }) => {
  let database: FreshDatabase;
  let world: World;
  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
    world = await World.start(database.url, { isProduction });
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it("G01 keeps every MUST and SHOULD of its audit; what it leaves out is GET, which a foreign page could send", async () => {
    const results = await auditServer({ url: `${world.app.url}/graphql` });
    expect(results).toHaveLength(61);
    const left = results.filter(({ status }) => status !== "ok");
    expect(left.map(({ id, name }) => `${id} ${name}`).toSorted()).toEqual(GETS);
    expect(left.map(({ status }) => status)).toEqual(["notice", "notice", "notice"]);
  });

  it("a wrong document is 400 for those who know the new media type, and 200 for those who name the old one; past a limit it is 400 for all", async () => {
    const status = async (accept: string, query: string) => (await world.ask(query, {}, undefined, { accept })).status;
    for (const wrong of ["{", "{ nothing }", "query($id: ID!) { node(id: $id) { id } }"]) {
      expect(await status("application/graphql-response+json, application/json", wrong)).toBe(400);
      expect(await status("application/json", wrong)).toBe(200);
    }
    expect(await status("application/json", `{ ${"viewer ".repeat(2000)} }`)).toBe(400);
    expect(await status("application/json", `{ ${"abcdefghijk".replaceAll(/./g, "$&: __typename ")} }`)).toBe(400);
  });

  it("G09 says no more of the schema than was asked, by whatever way it is asked", async () => {
    const asks: [string, object?][] = [
      [getIntrospectionQuery()],
      ["{ __schema { queryType { name } } }"],
      ['{ __type(name: "Query") { fields { name } } }'],
      ["query($name: String!) { __type(name: $name) { fields { name } } }", { name: "ApiKey" }],
      ['query($name: String = "ApiKey") { __type(name: $name) { fields { name } } }'],
      ["query { ...A } fragment A on Query { ... on Query { a: __schema { types { name } } } }"],
    ];
    // Twice, as a document that is known already must be refused alike.
    for (const [query, variables] of [...asks, ...asks]) {
      const { data, errors } = await world.ask(query, variables);
      const refusal = isProduction ? ["GRAPHQL_VALIDATION_FAILED"] : undefined;
      expect([query, errors?.map(({ extensions }) => extensions.code)]).toEqual([query, refusal]);
      expect(JSON.stringify(data ?? null).includes("name")).toBe(!isProduction);
    }
  });

  it("G09 hints at nothing, names no software and has no playground", async () => {
    const asks: [string, object?][] = [
      ["{ viewr { __typename } }"],
      ["{ contact(idd: 1) { name } }"],
      ["{ contacts(orderBy: { field: NAMEE, direction: ASC }) { totalCount } }"],
      ["query($input: ContactFilter) { contacts(filter: $input) { totalCount } }", { input: { serch: "x" } }],
      ["{ node(id: 1) { ... on Contactt { name } } }"],
    ];
    for (const [query, variables] of asks) {
      const { errors } = await world.ask(query, variables);
      expect([query, /did you mean/i.test(errors?.[0]?.message ?? "")]).toEqual([query, !isProduction]);
    }
    for (const path of [
      "/playground",
      "/graphiql",
      "/altair",
      "/voyager",
      "/console",
      "/.git/config",
      "/server-status",
    ]) {
      const response = await world.raw({ path });
      expect([path, response.status]).toEqual([path, 404]);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect([response.headers.get("x-powered-by"), response.headers.get("server")]).toEqual([null, null]);
    }
  });

  it("G08 and G10 whatever else comes by whatever method is refused as JSON, and nothing of it runs", async () => {
    const json = { "content-type": "application/json" };
    const body = JSON.stringify({ query: "{ viewer { __typename } }" });
    const form =
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{"query":"{__typename}"}\r\n--x--\r\n';
    const cases: [method: string, headers: Record<string, string>, body: string | Buffer, status: number][] = [
      ["POST", { "content-type": "multipart/form-data; boundary=x" }, form, 415],
      ["POST", {}, body, 415],
      ["POST", { ...json, "content-encoding": "gzip" }, body, 415],
      ["POST", json, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400],
      ["POST", json, "[".repeat(50_000), 400],
      ["POST", json, Buffer.alloc(10_000_000, 0x20), 413],
      ["POST", json, "null", 400],
      ["POST", json, '"text"', 400],
      ["POST", json, "{}", 400],
      ["POST", json, '{"query":{}}', 400],
      ["POST", json, '{"query":"{__typename}","variables":"x"}', 400],
      ["PUT", json, body, 405],
      ["DELETE", json, "", 405],
      ["OPTIONS", {}, "", 405],
      ["TRACE", {}, "", 405],
    ];
    for (const [method, headers, given, status] of cases) {
      const answer = await send(method, headers, given);
      expect([method, headers, given.toString().slice(0, 40), answer.status]).toEqual([
        method,
        headers,
        given.toString().slice(0, 40),
        status,
      ]);
      expect(answer.type).toMatch(/^application\/json; ?charset=utf-8/);
      expect(answer.body).not.toMatch(/at \w+ \(|node_modules|<html|__typename":/);
    }
  });

  it("G13 names that objects inherit change nothing, now or later", async () => {
    const raw = async (body: string) =>
      (await (await world.raw({ method: "POST", headers: { "content-type": "application/json" }, body })).json()) as {
        data?: unknown;
        errors?: { extensions: { code: string } }[];
      };
    const query = "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }";
    const evil = '{"polluted":true,"isAdmin":true}';
    const codes: unknown[] = [];
    for (const body of [
      `{"query":"{__typename}","__proto__":${evil}}`,
      `{"query":"{__typename}","constructor":{"prototype":${evil}}}`,
      `{"query":"{__typename}","variables":{"__proto__":${evil}}}`,
      `{"query":"{__typename}","extensions":{"__proto__":${evil}}}`,
      `{"query":"{nothing}","query":"{__typename}"}`,
      `{"query":${JSON.stringify(query)},"variables":{"input":{"email":"a@b.example","password":"x","__proto__":${evil}}}}`,
      `{"query":${JSON.stringify(query)},"variables":{"input":{"email":"a@b.example","password":"x","constructor":{"prototype":${evil}}}}}`,
    ]) {
      const { data, errors } = await raw(body);
      codes.push(errors?.[0]?.extensions.code ?? data);
      expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    }
    const told = { __typename: "Query" };
    expect(codes).toEqual([told, told, told, told, told, "BAD_USER_INPUT", "BAD_USER_INPUT"]);
    expect(await raw('{"query":"{__typename}"}')).toMatchObject({ data: told });
  });

  it("G05 documents past every bound are refused, and others are served meanwhile", async () => {
    const hostile = [
      `{ ${"a { ".repeat(50)} b ${"}".repeat(50)} }`,
      `{ ${"viewer ".repeat(10_000)} }`,
      `{ ${Array.from({ length: 5000 }, (_, n) => `a${n}: __typename`).join(" ")} }`,
      `{ __typename ${"@include(if: true) ".repeat(1000)} }`,
      "{ contacts(first: 1000000) { nodes { name } } }",
      `mutation { ${Array.from({ length: 9 }, (_, n) => `a${n}: teamSignIn(input: { email: "a@b.example", password: "x" }) { userErrors { code } }`).join(" ")} }`,
    ];
    const [refused, served] = await Promise.all([
      Promise.all(Array.from({ length: 60 }, (_, n) => world.ask(hostile[n % hostile.length] ?? ""))),
      Promise.all(Array.from({ length: 20 }, () => world.ask("{ viewer { __typename } }"))),
    ]);
    const isTooComplex = ({ status, errors = [] }: (typeof refused)[number]) =>
      status === 400 && errors.some(({ extensions }) => extensions.code === "QUERY_TOO_COMPLEX");
    expect(refused.filter((answer) => !isTooComplex(answer))).toEqual([]);
    expect(served.every(({ status, data }) => status === 200 && data.viewer === null)).toBe(true);
  });

  it("G15 connections that never finish their request hold up nobody, and are cut", async () => {
    const { port } = new URL(world.app.url);
    let open = 0;
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(Number(port), "127.0.0.1", () => {
        open++;
        socket.write("POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
      });
      socket.resume();
      socket.on("error", () => undefined);
      socket.on("close", () => open--);
      return socket;
    });
    await until(() => open === slow.length);
    for (let n = 0; n < 20; n++) expect((await world.ask("{ viewer { __typename } }")).status).toBe(200);
    // Within headersTimeout and one look at the connections; past the test's own time at the latest.
    await Promise.all(slow.map((socket) => socket.closed || new Promise((resolve) => socket.once("close", resolve))));
    expect(open).toBe(0);
  });

  /** As fetch, with the methods that it refuses to send. */
  function send(
    method: string,
    headers: Record<string, string>,
    body: string | Buffer,
  ): Promise<{ status: number; type: string; body: string }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(world.app.url);
      const call = request(
        {
          hostname,
          port,
          method,
          path: "/graphql",
          headers: { ...headers, "content-length": Buffer.byteLength(body) },
        },
        (response) => {
          let text = "";
          response.on("data", (chunk: Buffer) => (text += chunk.toString()));
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", body: text }),
          );
        },
      );
      let isAnswered = false;
      call.on("response", () => (isAnswered = true));
      // A body that is refused half-way breaks the connection, after the answer.
      call.on("error", (error) => (isAnswered ? undefined : reject(error)));
      call.end(body);
    });
  }
});
