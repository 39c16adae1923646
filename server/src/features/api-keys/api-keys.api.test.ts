import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import type { Client } from "graphql-ws";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";

const CONTACTS = "{ contacts(first: 1) { totalCount } }";
const EVENTS = "subscription { auditEvents { id } }";

describeOnDatabases("API keys over HTTP and on open sockets", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const make = async (scopes: string[], expiresAt?: number): Promise<{ id: string; token: string }> => {
    const input = { name: "Sync", scopes, ...(expiresAt ? { expiresAt: new Date(expiresAt).toISOString() } : {}) };
    const made = await world.mutate("createApiKey", "CreateApiKeyInput", "apiKey { id } token", input, owner);
    return { id: made.apiKey.id, token: made.token };
  };
  const revoke = (apiKeyId: string) =>
    world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId }, owner);
  const sql = (text: string, parameters: unknown[]) =>
    world.app.work.do((unit) => unit.manager.query(text, parameters));
  const expired = async (): Promise<string> => {
    const { id, token } = await make(["CONTACTS_READ"]);
    await sql("UPDATE api_keys SET expiresAt = ? WHERE id = ?", [world.now() - 1, id]);
    return token;
  };
  const revoked = async (): Promise<string> => {
    const { id, token } = await make(["CONTACTS_READ"]);
    await revoke(id);
    return token;
  };
  const wrongSecret = (token: string) => `${token.slice(0, 13)}${"A".repeat(43)}`;

  describe("Z05 a key loses a permission even in the middle of its work", () => {
    it("once revoked, its next operation is anonymous; without the scope, the error names the scope", async () => {
      const gone = await make(["CONTACTS_READ"]);
      const narrowed = await make(["CONTACTS_READ", "AUDIT_READ"]);
      // Known and used before, so that nothing cached may answer.
      for (const { token } of [gone, narrowed])
        expect((await world.ask(CONTACTS, {}, token)).data.contacts).not.toBeNull();
      await revoke(gone.id);
      expect((await world.ask(CONTACTS, {}, gone.token)).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
      await sql("UPDATE api_keys SET scopes = ? WHERE id = ?", ["AUDIT_READ", narrowed.id]);
      const [error] = (await world.ask(CONTACTS, {}, narrowed.token)).errors ?? [];
      expect([error?.extensions.code, error?.message]).toEqual(["FORBIDDEN", expect.stringContaining("CONTACTS_READ")]);
    });

    /** An acknowledged socket that waits for its first subscription. */
    const open = async (token: string) => {
      let greet: () => void = () => undefined;
      const greeted = new Promise<void>((resolve) => (greet = resolve));
      const client = world.socket(
        token,
        {},
        { lazy: false, onNonLazyError: () => undefined, on: { connected: () => greet() } },
      );
      await greeted;
      return client;
    };
    /** How a subscription on the open socket ends, if it does. */
    const subscribe = (client: Client) => {
      const seen = { events: 0, end: null as unknown };
      client.subscribe(
        { query: EVENTS },
        {
          next: ({ errors }) => (errors ? (seen.end = errors[0]?.extensions?.code) : (seen.events += 1)),
          error: (error) =>
            (seen.end = Array.isArray(error) ? error[0]?.extensions?.code : (error as { code?: number }).code),
          complete: () => (seen.end ??= "complete"),
        },
      );
      return seen;
    };

    it.each<[string, string, (id: string) => Promise<unknown>]>([
      ["revoked", "UNAUTHENTICATED", revoke],
      [
        "expired",
        "UNAUTHENTICATED",
        (id) => sql("UPDATE api_keys SET expiresAt = ? WHERE id = ?", [world.now() - 1, id]),
      ],
      [
        "lost the scope",
        "FORBIDDEN",
        (id) => sql("UPDATE api_keys SET scopes = ? WHERE id = ?", ["CONTACTS_READ", id]),
      ],
    ])("%s after its socket was opened, it can start no subscription there", async (_what, code, lose) => {
      const { id, token } = await make(["AUDIT_READ"]);
      const client = await open(token);
      await lose(id);
      const seen = subscribe(client);
      await until(() => seen.end !== null);
      await world.contact(owner, "Afterwards");
      expect(seen).toEqual({ events: 0, end: code });
      await client.dispose();
    });

    it("expires while it listens and nothing happens: the socket is closed all the same", async () => {
      const { token } = await make(["AUDIT_READ"], world.now() + 60_000);
      const client = await open(token);
      const seen = subscribe(client);
      await until(async () => {
        await world.contact(owner, "Here?");
        return seen.events > 0;
      });
      world.forward({ minutes: 2 });
      await until(() => seen.end !== null);
      expect(seen.end).toBe(4403);
      await client.dispose();
    });
  });

  describe("Z06 anything but a valid key is anonymous", () => {
    const body = JSON.stringify({ query: CONTACTS });
    const send = async (headers: Record<string, string>, path = "/graphql", text = body) => {
      const response = await world.raw({
        method: "POST",
        path,
        headers: { "content-type": "application/json", ...headers },
        body: text,
      });
      const fields = Object.fromEntries(response.headers);
      const requestId = fields["x-request-id"] ?? "";
      for (const varying of ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"]) delete fields[varying];
      return { status: response.status, fields, text: (await response.text()).replace(requestId, "the request's id") };
    };

    it("a key counts only in the Authorization header: not in the URL, a cookie, another header or the body", async () => {
      const { token } = await make(["CONTACTS_READ"]);
      expect((await send({ authorization: `Bearer ${token}` })).text).toContain("totalCount");
      const nobody = await send({});
      expect(nobody.text).toContain("UNAUTHENTICATED");
      const [error, ...more] = (JSON.parse(nobody.text) as { errors: object[] }).errors;
      expect(more).toEqual([]);
      const misread = {
        ...(JSON.parse(nobody.text) as object),
        errors: [
          {
            ...error,
            message: "The Authorization header has no key or token: write `Bearer`, one space, and the key.",
          },
        ],
      };
      for (const name of ["authorization", "access_token", "api_key", "key", "token"])
        expect(await send({}, `/graphql?${name}=${token}`)).toEqual(nobody);
      const cookie = `gatehouse_team=${token}; gatehouse_portal=${token}; gatehouse_device=${token}`;
      const misplaced: Record<string, string>[] = [
        { cookie },
        { cookie, "gatehouse-audience": "team" },
        { cookie, "gatehouse-audience": "portal" },
        { "x-api-key": token },
      ];
      const unread = [token, `Basic ${Buffer.from(`${token}:`).toString("base64")}`, `Bearer ${token} ${token}`];
      for (const headers of misplaced) expect([headers, await send(headers)]).toEqual([headers, nobody]);
      // A header that holds no key is told so.
      for (const authorization of unread) {
        const { status, text } = await send({ authorization });
        expect([authorization, status, JSON.parse(text)]).toEqual([authorization, nobody.status, misread]);
      }
      const inBody = { query: CONTACTS, extensions: { authorization: `Bearer ${token}` } };
      expect(await send({}, "/graphql", JSON.stringify(inBody))).toEqual(nobody);
      const socket = world.socket(undefined, { cookie, origin: world.app.publicUrl });
      const closed = await new Promise((resolve) =>
        socket.subscribe({ query: EVENTS }, { next: resolve, error: resolve, complete: () => resolve("complete") }),
      );
      expect(closed).toMatchObject({ code: 4403 });
      await socket.dispose();
    });

    it("unknown, wrong, expired, revoked and truncated: the same response to the last byte, after the same steps", async () => {
      const { id, token } = await make(["CONTACTS_READ"]);
      const cases: [what: string, token: string, statements: number][] = [
        ["unknown prefix", `ghk_00000000${token.slice(12)}`, 1],
        ["right prefix, wrong secret", wrongSecret(token), 1],
        ["expired", await expired(), 1],
        ["revoked", await revoked(), 1],
        // Text without a key's form can be recognized without a lookup, by anybody.
        ["prefix only", token.slice(0, 12), 0],
        ["cut off", token.slice(0, -1), 0],
        ["session of nobody", `gts_${"A".repeat(43)}`, 1],
      ];
      const nobody = await send({ authorization: "Bearer nonsense" });
      const rows = jest.spyOn(world.app.work, "rows");
      const writes = jest.spyOn(world.app.work, "do");
      try {
        for (const [what, wrong, statements] of cases) {
          rows.mockClear();
          writes.mockClear();
          const answer = await send({ authorization: `Bearer ${wrong}` });
          expect([what, answer]).toEqual([what, nobody]);
          expect([what, rows.mock.calls.length, writes.mock.calls.length]).toEqual([what, statements, 0]);
        }
      } finally {
        jest.restoreAllMocks();
      }
      const [{ lastUsedAt }] = (await world.app.work.reader.query("SELECT lastUsedAt FROM api_keys WHERE id = ?", [
        id,
      ])) as [{ lastUsedAt: number | null }];
      expect(lastUsedAt).toBeNull();
    });
  });
});
