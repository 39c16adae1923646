import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { getIntrospectionQuery } from "graphql";
import { auditServer } from "graphql-http";
import { setCookieOf } from "../../testing/api.js";
import { freshDatabaseUrl, type FreshDatabase } from "../../testing/databases.js";
import { OWNER_PASSWORD, until, World } from "../../testing/world.js";

const GETS = [
  "5A70 MAY accept application/x-www-form-urlencoded formatted GET requests",
  "6A70 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
  "D6D5 MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
];

const JSON_TYPE = /^application\/json; charset=utf-8$/;

describe.each([{ isProduction: false }, { isProduction: true }])("GraphQL over HTTP, %p", ({ isProduction }) => {
  let database: FreshDatabase;
  let world: World;
  /** Connections that send only the beginning of a request: of its head, or of its body. */
  const slow: Socket[] = [];
  async function beginSlowly(): Promise<void> {
    const { port } = new URL(world.app.url);
    const body = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{";
    let open = 0;
    for (let n = 0; n < 500; n++) {
      const socket = connect(Number(port), "127.0.0.1", () => {
        open++;
        socket.write(n % 2 ? "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: " : body);
      });
      socket.resume();
      socket.on("error", () => undefined);
      slow.push(socket);
    }
    await until(() => open === slow.length);
  }
  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
    // Only there does a firm's address have https; what is cut off late starts early.
    world = await World.start(database.url, {
      isProduction,
      publicUrl: isProduction ? "https://portal.firm.example" : null,
      ...(isProduction ? { mail: { kind: "none" } } : {}),
    });
    if (isProduction) await beginSlowly();
  });
  afterAll(async () => {
    await world.stop();
    await database.drop();
  });

  it("G01 passes every MUST and SHOULD of its audit; what it leaves out is GET, which a foreign page could send", async () => {
    const results = await auditServer({ url: `${world.app.url}/graphql` });
    expect(results).toHaveLength(61);
    const left = results.filter(({ status }) => status !== "ok");
    expect(left.map(({ id, name }) => `${id} ${name}`).toSorted()).toEqual(GETS);
    expect(left.map(({ status }) => status)).toEqual(["notice", "notice", "notice"]);
  });

  it("a wrong document is 400 for clients that know the new media type, and 200 for those that name the old one; exceeding a limit is 400 for all", async () => {
    const status = async (accept: string, query: string) => (await world.ask(query, {}, undefined, { accept })).status;
    for (const wrong of ["{", "{ nothing }", "query($id: ID!) { node(id: $id) { id } }"]) {
      expect(await status("application/graphql-response+json, application/json", wrong)).toBe(400);
      expect(await status("application/json", wrong)).toBe(200);
    }
    expect(await status("application/json", `{ ${"viewer ".repeat(2000)} }`)).toBe(400);
    expect(await status("application/json", `{ ${"abcdefghijk".replaceAll(/./g, "$&: __typename ")} }`)).toBe(400);
  });

  it("G09 reveals no more of the schema than was requested, whichever way it is queried", async () => {
    const asks: [string, object?][] = [
      [getIntrospectionQuery()],
      ["{ __schema { queryType { name } } }"],
      ['{ __type(name: "Query") { fields { name } } }'],
      ["query($name: String!) { __type(name: $name) { fields { name } } }", { name: "ApiKey" }],
      ['query($name: String = "ApiKey") { __type(name: $name) { fields { name } } }'],
      ["query { ...A } fragment A on Query { ... on Query { a: __schema { types { name } } } }"],
    ];
    // Twice, since a known document must be refused in the same way.
    for (const [query, variables] of [...asks, ...asks]) {
      const { data, errors } = await world.ask(query, variables);
      const refusal = isProduction ? ["GRAPHQL_VALIDATION_FAILED"] : undefined;
      expect([query, errors?.map(({ extensions }) => extensions.code)]).toEqual([query, refusal]);
      expect(JSON.stringify(data ?? null).includes("name")).toBe(!isProduction);
    }
  });

  it("G09 gives no hints, names no software and has no playground", async () => {
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

  it("a body of up to 1 MB that is too large is read to its end before it is refused: a proxy would take less for a failure of the server", async () => {
    const { port } = new URL(world.app.url);
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    const write = (text: string) => new Promise<void>((resolve) => socket.write(text, () => resolve()));
    const half = "x".repeat(500_000);
    await write(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n${half}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answer).toBe("");
    await write(half);
    await until(() => answer.startsWith("HTTP/1.1 413 "));
    socket.destroy();
  });

  it("G08 and G10 any other content by any other method is refused as JSON, and none of it runs", async () => {
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
    const outcome = { __typename: "Query" };
    expect(codes).toEqual([outcome, outcome, outcome, outcome, outcome, "BAD_USER_INPUT", "BAD_USER_INPUT"]);
    expect(await raw('{"query":"{__typename}"}')).toMatchObject({ data: outcome });
  });

  it("G05 documents past every limit are refused, and others are served meanwhile", async () => {
    const hostile = [
      `{ ${"a { ".repeat(50)} b ${"}".repeat(50)} }`,
      `{ ${"viewer ".repeat(10_000)} }`,
      // F10: so deep that a parser without a limit would run out of stack.
      `{ ${"a{".repeat(15_000)}b${"}".repeat(15_000)} }`,
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

  it("P06 a password of a megabyte, sent two hundred times at once, is refused before it is read, and others are served", async () => {
    const input = { email: "owner@firm.example", password: "x".repeat(1_000_000) };
    const body = JSON.stringify({
      query: "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }",
      variables: { input },
    });
    const json = { "content-type": "application/json" };
    // A client that keeps sending is cut off, some before they read the response.
    const refused = Array.from({ length: 200 }, () => send("POST", json, body).catch(() => ({ status: 413 })));
    for (let n = 0; n < 20; n++) expect((await world.ask("{ viewer { __typename } }")).status).toBe(200);
    expect(new Set((await Promise.all(refused)).map(({ status }) => status))).toEqual(new Set([413]));
  });

  it("U01 every response carries the headers that keep a browser safe, and whatever is not a page is JSON", async () => {
    const { hostname, port } = new URL(world.app.url);
    const json = ["content-type: application/json", "content-length: 2", "", "{}"];
    const upgrade = ["connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"];
    const key = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    const asks: [status: number, type: RegExp, lines: string[]][] = [
      ...["/docs", "/docs/reference", "/docs/security", "/docs/changelog"].map((path): [number, RegExp, string[]] => [
        200,
        /^text\/html; charset=utf-8$/,
        [`GET ${path} HTTP/1.1`, "host: x"],
      ]),
      [200, /^text\/plain/, ["GET /schema.graphql HTTP/1.1", "host: x"]],
      [isProduction ? 404 : 200, isProduction ? JSON_TYPE : /^text\/plain/, ["GET /metrics HTTP/1.1", "host: x"]],
      [200, JSON_TYPE, ["GET /healthz HTTP/1.1", "host: x"]],
      [200, JSON_TYPE, ["HEAD /readyz HTTP/1.1", "host: x"]],
      [isProduction ? 404 : 200, isProduction ? JSON_TYPE : /^text\/html/, ["GET /mailbox HTTP/1.1", "host: x"]],
      [404, JSON_TYPE, ["GET /nothing HTTP/1.1", "host: x"]],
      // A URL that names another server.
      [404, JSON_TYPE, ["POST http://evil.example/graphql HTTP/1.1", "host: evil.example", ...json]],
      [405, JSON_TYPE, ["GET /graphql HTTP/1.1", "host: x"]],
      [405, JSON_TYPE, ["DELETE /healthz HTTP/1.1", "host: x"]],
      [400, JSON_TYPE, ["POST /graphql HTTP/1.1", "host: x", ...json]],
      [403, JSON_TYPE, ["POST /graphql HTTP/1.1", "host: x", "origin: https://evil.example", ...json]],
      [401, JSON_TYPE, ["GET /audit-log.csv HTTP/1.1", "host: x"]],
      [400, JSON_TYPE, ["GET /healthz HTTP/1.1"]],
      [417, JSON_TYPE, ["POST /graphql HTTP/1.1", "host: x", "expect: miracles", ...json]],
      [400, JSON_TYPE, ["NONSENSE"]],
      [431, JSON_TYPE, ["GET / HTTP/1.1", "host: x", `x-large: ${"x".repeat(20_000)}`]],
      [403, JSON_TYPE, ["GET /graphql HTTP/1.1", "host: x", ...upgrade, key, "origin: https://evil.example"]],
      [404, JSON_TYPE, ["GET /elsewhere HTTP/1.1", "host: x", ...upgrade, key]],
      [400, JSON_TYPE, ["GET /graphql HTTP/1.1", "host: x", ...upgrade]],
    ];
    for (const [status, type, lines] of asks) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(port), hostname);
        let text = "";
        socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
        socket.on("close", () => resolve(text));
        socket.on("error", reject);
        const [first = "", ...rest] = lines;
        const head = lines.some((line) => line.startsWith("connection:")) ? rest : ["connection: close", ...rest];
        socket.write([first, ...head].join("\r\n") + (lines.includes("") ? "" : "\r\n\r\n"));
      });
      const [line = "", ...fields] = (answer.split("\r\n\r\n")[0] ?? "").split("\r\n");
      const headers = new Map(
        fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 2)]),
      );
      const outcome = [lines[0], Number(line.split(" ")[1]), headers.get("content-type")];
      expect(outcome).toEqual([lines[0], status, expect.stringMatching(type)]);
      for (const [name, value] of [
        [
          "content-security-policy",
          /^default-src 'none'; script-src 'self'; style-src 'self'; .*frame-ancestors 'none'$/,
        ],
        ["x-content-type-options", /^nosniff$/],
        ["x-frame-options", /^DENY$/],
        ["referrer-policy", /^no-referrer$/],
        ["cross-origin-opener-policy", /^same-origin$/],
        ["cache-control", lines[0]?.includes("/docs") || lines[0]?.includes("/schema") ? /^no-cache$/ : /^no-store$/],
        ["strict-transport-security", isProduction ? /^max-age=63072000; includeSubDomains$/ : /^none$/],
        ["server", /^none$/],
        ["x-powered-by", /^none$/],
        ["access-control-allow-origin", /^none$/],
      ] as const)
        expect([...outcome, name, headers.get(name) ?? "none"]).toEqual([
          ...outcome,
          name,
          expect.stringMatching(value),
        ]);
      expect(answer).not.toMatch(/nodejs_version|v?\d+\.\d+\.\d+.*node/i);
    }
  });

  it("S05 a session's cookie cannot be read by scripts or set by another host, wherever the address is https", async () => {
    const { owner } = await world.firm();
    const { headers, data } = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
      { input: { email: owner, password: OWNER_PASSWORD } },
    );
    const attributes = "; Path=/; HttpOnly; SameSite=Lax; Max-Age=\\d+";
    const form = new RegExp(
      isProduction
        ? `^__Host-gatehouse_(team=gts|known_team=gkd)_[\\w-]{43}${attributes}; Secure$`
        : `^gatehouse_(team=gts|known_team=gkd)_[\\w-]{43}${attributes}$`,
    );
    expect(headers.getSetCookie()).toEqual([expect.stringMatching(form), expect.stringMatching(form)]);
    const session = setCookieOf(headers, "team");
    expect(session).toContain("; Max-Age=43200");
    expect(data.teamSignIn.result.sessionToken).toBeNull();
    const cookie = session.split(";")[0] ?? "";
    const viewer = async (sent: string) =>
      (await world.ask("{ viewer { __typename } }", {}, undefined, { cookie: sent })).data.viewer;
    expect(await viewer(cookie)).not.toBeNull();
    // A sibling site under the same domain can set a cookie with the plain name: it is ignored.
    const planted = await viewer(cookie.replace("__Host-", ""));
    expect(planted).toEqual(isProduction ? null : { __typename: "TeamMember" });
  });

  if (isProduction)
    it("G15 connections that never finish their request hold up nobody, and are cut", async () => {
      for (let n = 0; n < 20; n++) expect((await world.ask("{ viewer { __typename } }")).status).toBe(200);
      // Within the time allowed for a request plus one check of the connections; the test's own timeout at the latest.
      await Promise.all(slow.map((socket) => socket.closed || new Promise((resolve) => socket.once("close", resolve))));
      expect(slow.filter((socket) => !socket.closed)).toEqual([]);
    }, 120_000);

  /** Like fetch, with the methods that fetch refuses to send. */
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
      // A body that is refused half-way breaks the connection after the response.
      call.on("error", (error) => (isAnswered ? undefined : reject(error)));
      call.end(body);
    });
  }
});
