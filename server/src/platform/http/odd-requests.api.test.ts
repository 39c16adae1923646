import { connect } from "node:net";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { World } from "../../testing/world.js";

describeOnDatabases("requests as odd programs write them", (database) => {
  let world: World;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000 });
    owner = await world.ownerToken(await world.firm());
  });
  afterAll(() => world.stop());

  /** The first line of the answer to bytes that no library would send. */
  const statusOf = (head: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(world.url);
      const socket = connect(Number(port), hostname, () =>
        socket.write(Buffer.from(`${head}\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`, "latin1")),
      );
      let answer = "";
      socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
      socket.on("end", () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])));
      socket.on("error", reject);
    });

  it.each([
    "/%",
    "/portal/%E0%A4%A",
    "/portal/%ff/link",
    "//",
    "/..%2f..%2fetc/passwd",
    "/logos/%00",
    "/?%",
    "/mailbox?to=%E0",
  ])("a malformed path is no fault of ours: %s", async (path) =>
    expect(await statusOf(`GET ${path} HTTP/1.1`)).toBeLessThan(500),
  );

  it.each([
    "gatehouse_team=%E0%A4%A",
    "=;=;;",
    "gatehouse_portal",
    'a\xE9=\xFF; gatehouse_team="x',
    `x=${"y".repeat(7000)}`,
  ])("a malformed cookie is no session and no fault of ours: %s", async (cookie) => {
    expect(await statusOf(`GET /healthz HTTP/1.1\r\nCookie: ${cookie}`)).toBeLessThan(500);
    const body = '{"query":"{ viewer { __typename } }"}';
    const lines = [`Cookie: ${cookie}`, "Content-Type: application/json", `Content-Length: ${body.length}`];
    const { hostname, port } = new URL(world.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          Buffer.from(
            `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n${lines.join("\r\n")}\r\n\r\n${body}`,
            "latin1",
          ),
        ),
      );
      let text = "";
      socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
      socket.on("end", () => resolve(text));
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"viewer":null');
  });

  it("a byte order mark before the body is ignored", async () => {
    const response = await world.raw({
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${owner}` },
      body: `\uFEFF${JSON.stringify({ query: "{ viewer { __typename } }" })}`,
    });
    expect(await response.json()).toMatchObject({ data: { viewer: { __typename: "TeamMember" } } });
  });

  it("a User-Agent that is long or not ASCII stops nobody, and is in the log", async () => {
    for (const agent of ["x".repeat(5000), "Br\xFClls\xE9r/1.0"]) {
      const { data } = await world.ask(
        'mutation { createContact(input: { name: "Ann" }) { contact { id } userErrors { code } } }',
        {},
        owner,
        { "user-agent": agent },
      );
      expect(data.createContact.userErrors).toEqual([]);
      const { data: log } = await world.ask("{ auditEvents(first: 1) { nodes { type userAgent } } }", {}, owner);
      const [{ type, userAgent }] = log.auditEvents.nodes;
      expect([type, userAgent]).toEqual(["CONTACT_CREATED", agent.slice(0, 300)]);
    }
  });

  it("+02:00 in an address without its encoding is refused as the caller's mistake, and taken with it", async () => {
    const ask = async (since: string) =>
      (await world.raw({ path: `/audit-log.csv?since=${since}`, headers: { authorization: `Bearer ${owner}` } }))
        .status;
    expect(await ask("2026-01-31T09:30:00.000+02:00")).toBe(400);
    expect(await ask("2026-01-31T09:30:00.000%2B02:00")).toBe(200);
  });
});
