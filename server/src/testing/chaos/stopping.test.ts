import { Agent, createServer, request, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SMTPServer } from "smtp-server";
import { WebSocket } from "ws";
import { freshDatabaseUrl, type FreshDatabase } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { OWNER_PASSWORD, until, World, type Answer } from "../world.js";
import { follow, logOf, untilListening } from "./followers.js";

const KEYS = `k1:${Buffer.alloc(32, 7).toString("base64")}`;
const SIGN_INS = 8;

/** One request on a connection that the caller would like to keep. */
const get = (server: ServerProcess, path: string, agent: Agent) =>
  new Promise<{ status: number | undefined; connection: string | undefined; text: string }>((resolve, reject) => {
    request(`${server.url}${path}`, { agent }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, connection: response.headers.connection, text }));
    })
      .on("error", reject)
      .end();
  });

describe("a server that is told to stop", () => {
  let database: FreshDatabase;
  let firm: { id: string; slug: string; owner: string };
  let owner: string;
  let staff: string;
  let server: ServerProcess;
  const agent = new Agent({ keepAlive: true });

  beforeAll(async () => {
    database = await freshDatabaseUrl("sqlite");
    const world = await World.start(database.url);
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    staff = await world.member(firm.id, "STAFF");
    await world.stop();
  });
  afterEach(() => server.end("SIGKILL"));
  afterAll(async () => {
    agent.destroy();
    await database.drop();
  });

  const started = async (environment: Record<string, string> = {}) => {
    server = new ServerProcess(await freePort(), {
      DATABASE_URL: database.url,
      SECRET_KEYS: KEYS,
      SOURCE_LIMIT_FACTOR: "1000",
      DEMO: "0",
      ...environment,
    });
    server.start();
    return server.waitUntilReady();
  };
  const isGone = () => until(() => !server.isRunning);
  const acceptsNothing = () =>
    until(() =>
      fetch(`${server.url}/healthz`).then(
        () => false,
        () => true,
      ),
    );
  /** At once. Each waits for the hash of its password, which takes a core a quarter of a second. */
  const signInOften = () =>
    Array.from({ length: SIGN_INS }, () =>
      server.ask(`mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { __typename } } }`, {
        input: { email: staff, password: OWNER_PASSWORD, transport: "TOKEN" },
      }),
    );
  const outcomeOf = ({ data }: Answer): unknown => data?.teamSignIn.result.__typename;

  it("is not ready at once, ends each connection with its answer, takes no more sockets, finishes what it began, and exits with 0", async () => {
    await started({ STOP_DELAY_SECONDS: "4" });
    const kept = await get(server, "/healthz", agent);
    expect(kept.connection).toBe("keep-alive");
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${owner}` } }));
    await new Promise((resolve) => socket.once("message", resolve));

    const signIns = signInOften();
    // One has been answered, the others have arrived and wait.
    await Promise.race(signIns);
    server.signal("SIGTERM");
    const notReady = await until(async () => {
      const answer = await get(server, "/readyz", agent);
      return answer.status === 503 && answer;
    });
    expect(notReady).toMatchObject({ connection: "close", text: '{"status":"not ready","reason":"STOPPING"}' });
    expect(await get(server, "/healthz", agent)).toMatchObject({ status: 200, connection: "close" });
    const refused = await new Promise<{ statusCode?: number }>((resolve) => {
      const late = new WebSocket(`${server.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
      late.once("unexpected-response", (_request, response) => resolve(response));
    });
    expect(refused.statusCode).toBe(503);

    const answers = await Promise.all(signIns);
    expect(answers.map(outcomeOf)).toEqual(signIns.map(() => "SignedIn"));
    expect(answers.filter(({ headers }) => headers.get("connection") === "close").length).toBeGreaterThan(0);
    expect(await closed).toBe(1001);
    await isGone();
    expect(server.exitCode).toBe(0);
  });

  it("answers requests that arrived before it although nothing else is accepted any more", async () => {
    await started();
    const signIns = signInOften();
    await Promise.race(signIns);
    server.signal("SIGTERM");
    await acceptsNothing();
    expect((await Promise.all(signIns)).map(outcomeOf)).toEqual(signIns.map(() => "SignedIn"));
    await isGone();
    expect(server.exitCode).toBe(0);
  });

  it("does not wait long for a request that never arrives whole: refuses it, and exits with 0", async () => {
    await started({ STOP_TIMEOUT_SECONDS: "30" });
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.on("error", () => undefined);
    try {
      const head = "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n";
      // The server asks for the body: it has the request.
      socket.write(`${head}Expect: 100-continue\r\n\r\n{`);
      await until(() => answer.includes("100 Continue"));
      server.signal("SIGTERM");
      await isGone();
      expect(server.exitCode).toBe(0);
      expect(answer).toMatch(/HTTP\/1\.1 503 .*"code":"UNAVAILABLE"/s);
      expect(server.lines.join("\n")).not.toContain("a request failed");
    } finally {
      socket.destroy();
    }
  });

  describe("with a mail and a webhook under way", () => {
    const waiting: (() => void)[] = [];
    let isHeld = true;
    const hold = (then: () => void) => (isHeld ? waiting.push(then) : then());
    let mailsAccepted = 0;
    let deliveries = 0;
    let smtp: SMTPServer;
    let receiver: Server;
    beforeAll(async () => {
      smtp = new SMTPServer({
        authOptional: true,
        disabledCommands: ["STARTTLS"],
        onData: (stream, _session, done) => {
          stream.resume();
          stream.on("end", () =>
            hold(() => {
              mailsAccepted++;
              done();
            }),
          );
        },
      });
      smtp.on("error", () => undefined);
      receiver = createServer((incoming, response) => {
        incoming.resume();
        incoming.on("end", () =>
          hold(() => {
            deliveries++;
            response.end();
          }),
        );
      });
      await new Promise<void>((resolve) => void smtp.listen(0, "127.0.0.1", resolve));
      await new Promise<void>((resolve) => void receiver.listen(0, "127.0.0.1", resolve));
    });
    afterAll(async () => {
      release();
      receiver.closeAllConnections();
      receiver.close();
      await new Promise<void>((resolve) => smtp.close(resolve));
    });
    const release = () => {
      isHeld = false;
      for (const then of waiting.splice(0)) then();
    };
    const withBothHeld = async (environment: Record<string, string> = {}) => {
      isHeld = true;
      await started({
        SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`,
        ...environment,
      });
      const { email } = await server.contact(owner);
      await server.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
      await until(() => waiting.length >= 2);
    };

    it("finishes both, so that neither is sent twice", async () => {
      const world = await World.start(database.url);
      await world.app.work.do((unit) => unit.manager.query("DELETE FROM webhook_endpoints", []));
      const { webhookEndpoint } = await world.mutate(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "webhookEndpoint { id }",
        { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`, types: ["CONTACT_CREATED"] },
        await world.key(owner, ["WEBHOOKS_WRITE"]),
      );
      expect(webhookEndpoint).toBeTruthy();
      await world.stop();
      await withBothHeld();
      server.signal("SIGTERM");
      await acceptsNothing();
      expect([mailsAccepted, deliveries]).toEqual([0, 0]);
      release();
      await isGone();
      expect([server.exitCode, mailsAccepted, deliveries]).toEqual([0, 1, 1]);
      await started();
      await server.end();
      expect([server.exitCode, mailsAccepted, deliveries]).toEqual([0, 1, 1]);
    });

    it("past the time for it, cuts them off, exits with 1, and the next start sends them at once", async () => {
      await withBothHeld({ STOP_TIMEOUT_SECONDS: "1" });
      const before = { mailsAccepted, deliveries };
      await server.end("SIGTERM");
      expect(server.exitCode).toBe(1);
      expect(server.lines.join("\n")).toContain("STOP_TIMEOUT_SECONDS");
      waiting.length = 0;
      isHeld = false;
      await started({ SMTP_URL: `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}` });
      await until(() => mailsAccepted > before.mailsAccepted && deliveries > before.deliveries);
      await server.end();
      expect(server.exitCode).toBe(0);
    });

    it("ends at once at a second signal; the signals of one Ctrl+C count as one", async () => {
      await withBothHeld();
      for (let n = 0; n < 3; n++) server.signal("SIGINT");
      await acceptsNothing();
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect(server.isRunning).toBe(true);
      server.signal("SIGINT");
      await isGone();
      expect(server.exitCode).toBe(1);
      release();
    });
  });

  it("sends its subscribers to the next server, which continues where they were", async () => {
    await started();
    const follower = follow(server, owner);
    await untilListening(server, owner, [follower]);
    const { port } = server;
    server.signal("SIGHUP");
    await isGone();
    expect(server.exitCode).toBe(0);
    const next = new ServerProcess(port, { DATABASE_URL: database.url, SECRET_KEYS: KEYS, DEMO: "0" });
    next.start();
    try {
      await next.waitUntilReady();
      await next.contact(owner, "After the stop");
      const log = await logOf(next, owner);
      await until(() => follower.seen.includes(log.at(-1) ?? ""));
      expect(follower.seen).toEqual(log.slice(log.indexOf(follower.seen[0] ?? "")));
    } finally {
      await follower.client.dispose();
      await next.end("SIGKILL");
    }
  });
});
