import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { KeyRing } from "../crypto/key-ring.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { freePort, ServerProcess } from "../../testing/server-process.js";
import { OWNER_PASSWORD, until, World } from "../../testing/world.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const PARENT = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" };
const traceparent = `00-${PARENT.trace}-${PARENT.span}-01`;

interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  attributes: { key: string; value: Record<string, string | number> }[];
  status: { code?: number };
}
interface Exported {
  resourceSpans: { scopeSpans: { spans: ExportedSpan[] }[] }[];
}
const attribute = ({ attributes }: ExportedSpan, name: string) =>
  Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];

/** A collector that speaks OTLP over HTTP, and receivers of webhooks: what arrives is kept as it was sent. */
async function receiver(): Promise<{ server: Server; url: string; bodies: string[]; heads: IncomingHttpHeaders[] }> {
  const bodies: string[] = [];
  const heads: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.on("end", () => {
      bodies.push(Buffer.concat(chunks).toString());
      heads.push(request.headers);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, heads };
}
const spansIn = (bodies: readonly string[]): ExportedSpan[] =>
  bodies.flatMap((body) =>
    (JSON.parse(body) as Exported).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  );

describeOnDatabases("traces", (database) => {
  let spans: ExportedSpan[];
  let exported: string;
  let secrets: string[];
  let requestId: string | null;
  let hook: Awaited<ReturnType<typeof receiver>>;

  beforeAll(async () => {
    const collector = await receiver();
    hook = await receiver();
    const mails: string[] = [];
    const mailServer = new SMTPServer({
      authOptional: true,
      hideSTARTTLS: true,
      onData: (stream, { envelope }, done) => {
        mails.push(...envelope.rcptTo.map(({ address }) => address));
        stream.on("end", () => done()).resume();
      },
    });
    await new Promise<void>((resolve) => mailServer.listen(0, "127.0.0.1", resolve));
    const { port } = mailServer.server.address() as AddressInfo;
    const world = await World.start(database.url(), { keys: KeyRing.parse(KEYS) });
    const firm = await world.firm();
    await world.stop();
    const server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url(),
      SECRET_KEYS: KEYS,
      DEMO: "0",
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      TRUST_PROXY: "127.0.0.1",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    });
    server.start();
    await server.waitUntilReady();
    const { result } = await server.signIn("teamSignIn", "TeamSignInInput", {
      email: firm.owner,
      password: OWNER_PASSWORD,
    });
    const owner = result.sessionToken;
    const endpoint = { url: `${hook.url}/hidden-path?key=hidden-query` };
    const created = await server.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "signingSecret",
      endpoint,
      owner,
    );
    const name = "Quentin Unmistakable";
    const email = "quentin@unmistakable.example";
    await server.ask(
      "mutation AddContact($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
      { input: { name, email } },
      owner,
      { traceparent },
    );
    const page = await server.ask(
      'query Page { contacts(first: 3, filter: { search: "Unmistakable" }) { nodes { id name } } }',
      {},
      owner,
    );
    requestId = page.headers.get("x-request-id");
    await server.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    await server.portalSignIn(firm, email, "a wrong but hidden password");
    await server.raw({ path: "/healthz" });
    await server.raw({ path: `/logos/${"0".repeat(64)}` });
    await until(() => hook.bodies.some((body) => body.includes("contact.created")) && mails.includes(email));
    await server.end("SIGTERM");
    exported = collector.bodies.join("\n");
    spans = spansIn(collector.bodies);
    secrets = [owner, firm.owner, firm.id, OWNER_PASSWORD, created.signingSecret, name, email, "nmistakable", "hidden"];
    for (const other of [collector, hook]) other.server.close().closeAllConnections();
    await new Promise<void>((resolve) => mailServer.close(resolve));
  });

  const named = (name: string) => spans.filter((span) => span.name === name);
  const within = ({ spanId, traceId }: ExportedSpan) =>
    spans.filter((span) => span.parentSpanId === spanId && span.traceId === traceId);

  it("show an operation by its kind and name, with the request's id and its statements", () => {
    const [page] = named("query Page");
    if (!page) throw new Error("the operation has no span");
    expect(attribute(page, "graphql.operation.type")).toBe("query");
    expect(attribute(page, "http.route")).toBe("/graphql");
    expect(attribute(page, "gatehouse.request_id")).toBe(requestId);
    const statements = within(page).map((span) => String(attribute(span, "db.query.text")));
    expect(statements.some((text) => text.includes("contacts"))).toBe(true);
    expect(within(page).map(({ name }) => name)).toContain("SELECT");
  });

  it("show a mutation's transaction, within the trace of the trusted proxy", () => {
    const [added] = named("mutation AddContact");
    if (!added) throw new Error("the operation has no span");
    expect([added.traceId, added.parentSpanId]).toEqual([PARENT.trace, PARENT.span]);
    const verbs = within(added).map(({ name }) => name);
    expect(verbs).toEqual(expect.arrayContaining(["INSERT", "COMMIT"]));
    expect(spans.filter((span) => span.traceId === PARENT.trace).length).toBe(verbs.length + 1);
  });

  it("show each mail and each webhook, which receives the trace", () => {
    expect(named("mail").length).toBeGreaterThan(0);
    // One that the server's end cut off may not have arrived.
    const delivered = named("webhook").filter((span) => Number(attribute(span, "http.response.status_code")) === 200);
    expect(delivered.length).toBeGreaterThan(0);
    const received = hook.heads.map((headers) => headers.traceparent);
    for (const { traceId, spanId } of delivered) expect(received).toContain(`00-${traceId}-${spanId}-01`);
  });

  it("show neither probes nor what workers look for in between", () => {
    expect(named("GET /healthz")).toEqual([]);
    expect(named("GET /logos/*").length).toBe(1);
    expect(spans.filter((span) => attribute(span, "db.query.text") !== undefined && !span.parentSpanId)).toEqual([]);
  });

  it("X52 hold no value of a request: no name, address, token, password or search", () => {
    expect(spans.length).toBeGreaterThan(20);
    for (const secret of secrets) expect([secret, exported.includes(secret)]).toEqual([secret, false]);
    expect(exported).not.toMatch(/[\w.]+@[\w.]+\.example/);
  });
});

describe("traces of a server", () => {
  it("work in a server that refuses code from strings; OpenTelemetry is loaded only where a collector is configured", async () => {
    const collector = await receiver();
    const loaded = async (environment: Record<string, string>) => {
      const directory = mkdtempSync(join(tmpdir(), "gatehouse-loaded-"));
      const server = new ServerProcess(await freePort(), {
        DATABASE_URL: `sqlite:${join(directory, "gatehouse.sqlite")}`,
        SECRET_KEYS: KEYS,
        DEMO: "0",
        // Node writes there what it has loaded.
        NODE_V8_COVERAGE: join(directory, "loaded"),
        ...environment,
      });
      server.start();
      await server.waitUntilReady();
      const asked = await server.ask("query Whoever { viewer { __typename } }", {}, undefined, { traceparent });
      expect(asked.status).toBe(200);
      await server.end("SIGTERM");
      expect([server.exitCode, server.lines.filter((line) => line.includes('"level":50'))]).toEqual([0, []]);
      const files = readdirSync(join(directory, "loaded"));
      const text = files.map((file) => readFileSync(join(directory, "loaded", file), "utf8")).join("");
      rmSync(directory, { recursive: true });
      return ["@opentelemetry/sdk-trace", "@opentelemetry/exporter-trace-otlp-http", "typeorm"].filter((name) =>
        text.includes(`/node_modules/${name}/`),
      );
    };
    expect(await loaded({})).toEqual(["typeorm"]);
    expect(spansIn(collector.bodies)).toEqual([]);
    expect(await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })).toHaveLength(3);
    const [asked] = spansIn(collector.bodies).filter(({ name }) => name === "query Whoever");
    expect(asked?.traceId).toMatch(/^[0-9a-f]{32}$/);
    // A client that is no trusted proxy cannot choose the trace.
    expect(asked?.traceId).not.toBe(PARENT.trace);
    collector.server.close().closeAllConnections();
  });

  it("are lost without harm while the collector is away", async () => {
    const server = new ServerProcess(await freePort(), {
      DATABASE_URL: "sqlite::memory:",
      SECRET_KEYS: KEYS,
      DEMO: "0",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
    });
    server.start();
    await server.waitUntilReady();
    expect((await server.ask("{ viewer { __typename } }")).status).toBe(200);
    await server.end("SIGTERM");
    expect(server.exitCode).toBe(0);
  });
});
