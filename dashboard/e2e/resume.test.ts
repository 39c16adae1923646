import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gql } from "@urql/core";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { WebSocket } from "ws";
import { createGatehouseClient } from "../src/graphql/client.js";
import { freePort, until } from "./browser.js";

const owner = { email: "owner@harbor.example", password: "harbor-demo-owner" };
const feed = "subscription Feed($after: String) { auditEvents(after: $after) { id cursor summary } }";

interface FeedData {
  auditEvents: { id: string; cursor: string; summary: string };
}

describe("a live feed whose server is killed", () => {
  const data = mkdtempSync(join(tmpdir(), "gatehouse-resume-"));
  let port: number;
  let url: string;
  let server: ChildProcess;
  let cookie: string;

  const post = async (query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "gatehouse-audience": "team", origin: url, cookie },
      body: JSON.stringify({ query, variables }),
    });
    return { response, answer: await response.json() };
  };
  const startServer = async () => {
    server = spawn(
      process.execPath,
      ["--disallow-code-generation-from-strings", join(__dirname, "../../server/dist/main.js")],
      {
        cwd: data,
        stdio: "ignore",
        env: {
          PATH: process.env.PATH,
          PORT: String(port),
          PUBLIC_URL: url,
          DEMO: "1",
          DATABASE_URL: `sqlite:${join(data, "gatehouse.sqlite")}`,
        },
      },
    );
    await until(async () => (await fetch(`${url}/readyz`).catch(() => null))?.ok ?? false, 120_000);
  };
  const kill = async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await gone;
  };
  const createContact = async (name: string) => {
    const { answer } = await post(
      "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
      { input: { name } },
    );
    expect(answer.data.createContact.userErrors).toEqual([]);
  };
  /** The log entries after that event, oldest first. */
  const eventsAfter = async (id: string): Promise<string[]> => {
    const { answer } = await post("{ auditEvents(first: 100) { nodes { id } } }");
    const ids = answer.data.auditEvents.nodes.map((node: { id: string }) => node.id);
    return ids.slice(0, ids.indexOf(id)).toReversed();
  };

  beforeAll(async () => {
    // Outside of a production build the cache warns about fields that are missing from the page's outline of the schema.
    jest.spyOn(console, "warn").mockImplementation(() => undefined);
    port = await freePort();
    url = `http://localhost:${port}`;
    cookie = "";
    await startServer();
    const { response } = await post(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { __typename } userErrors { code } } }",
      { input: owner },
    );
    cookie =
      response.headers
        .getSetCookie()
        .find((header) => header.startsWith("gatehouse_team="))
        ?.split(";", 1)[0] ?? "";
    expect(cookie).not.toBe("");
    // The globals that a page finds in a browser.
    Object.assign(globalThis, { location: new URL(url), WebSocket: BrowserSocket });
  }, 180_000);
  afterAll(async () => {
    await kill();
    rmSync(data, { recursive: true, force: true });
  });

  /** A browser's WebSocket: it sends the page's cookies and origin by itself. */
  class BrowserSocket extends WebSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols, { headers: { cookie, origin: url } });
    }
  }

  type Follow = (after: string, seen: (event: FeedData["auditEvents"]) => void) => () => void;

  /** graphql-ws's own client, as an integrator would use it. */
  const withGraphqlWs: Follow = (from, seen) => {
    let after = from;
    const client = createClient({
      url: `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: BrowserSocket,
      connectionParams: { audience: "team" },
      retryAttempts: Number.POSITIVE_INFINITY,
      // By default it gives up if the connection is refused.
      shouldRetry: () => true,
    });
    client.subscribe<FeedData>(
      {
        query: feed,
        // Read again at each connection.
        get variables() {
          return { after };
        },
      },
      {
        next: ({ data: message }) => {
          if (!message) return;
          after = message.auditEvents.cursor;
          seen(message.auditEvents);
        },
        error: (error) => seen({ id: `ended: ${JSON.stringify(error)}`, cursor: "", summary: "" }),
        complete: () => undefined,
      },
    );
    return () => void client.dispose();
  };
  /** urql with its subscription exchange, as the dashboard sets it up. */
  const withUrql: Follow = (after, seen) => {
    const { urql, dispose } = createGatehouseClient(
      { audience: "team", firm: null },
      {
        onSignedOut: () => undefined,
        onViewerKnown: () => undefined,
        onViewerChanged: () => undefined,
      },
    );
    const { unsubscribe } = urql.subscription<FeedData>(gql(feed), { after }).subscribe(({ data: message, error }) => {
      if (error) seen({ id: `ended: ${error.message}`, cursor: "", summary: "" });
      else if (message) seen(message.auditEvents);
    });
    return () => {
      unsubscribe();
      dispose();
    };
  };

  it.each([
    ["graphql-ws's own client", withGraphqlWs],
    ["urql's subscription exchange, as the dashboard wires it", withUrql],
  ])(
    "%s continues after the last event: nothing is lost or repeated",
    async (name, follow) => {
      const { answer } = await post("{ auditEvents(first: 1) { nodes { id cursor } } }");
      const [last] = answer.data.auditEvents.nodes as { id: string; cursor: string }[];
      const seen: string[] = [];
      const stop = follow(last?.cursor ?? "", ({ id }) => seen.push(id));
      try {
        await createContact(`${name} 1`);
        await until(async () => seen.length === 1, 60_000);
        for (let round = 0; round < 2; round++) {
          // Some of these are committed when the server dies, and some are not.
          const dying = Array.from({ length: 6 }, (_, n) => createContact(`${name} dying ${n}`).catch(() => undefined));
          await Promise.race(dying);
          await kill();
          await Promise.all(dying);
          await startServer();
          for (let n = 0; n < 3; n++) await createContact(`${name} after kill ${round} ${n}`);
        }
        const log = await eventsAfter(last?.id ?? "");
        await until(async () => seen.length >= log.length, 120_000);
        await new Promise((resolve) => setTimeout(resolve, 500));
        expect(seen).toEqual(log);
        expect(log.length).toBeGreaterThanOrEqual(8);
      } finally {
        stop();
      }
    },
    300_000,
  );
});
