import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import type { Client } from "graphql-ws";
import { SharedOperation } from "../../platform/websocket/shared-operation.js";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, until, World } from "../../testing/world.js";

const SHOWN = "id contact { name portalAccount { id } }";
const FEED = `subscription($after: String) { auditEvents(after: $after) { ${SHOWN} } }`;

interface Received {
  id: string;
  errors: unknown[];
  fields: string[];
}
interface Subscriber {
  received: Received[];
  closed: number | null;
}
const ids = ({ received }: Subscriber) => received.map(({ id }) => id);

describeOnBothDatabases("a live feed shared by several subscribers", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  const clients: Client[] = [];
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const client of clients.splice(0)) await client.dispose();
  });
  afterAll(() => world.stop());

  const newFirm = async () => {
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    for (let n = 0; n < 6; n++) await world.contact(owner, `Before ${n}`);
  };
  const log = async () =>
    (await world.app.work.reader.query("SELECT id, type FROM audit_events WHERE firmId = ? ORDER BY seq", [
      firm.id,
    ])) as { id: string; type: string }[];
  const idsAfter = async (id: string) => {
    const all = (await log()).map((event) => event.id);
    return all.slice(all.indexOf(id) + 1);
  };
  const cursors = async (): Promise<{ id: string; cursor: string }[]> => {
    const { data } = await world.ask("{ auditEvents(first: 100) { nodes { id cursor } } }", {}, owner);
    return data.auditEvents.nodes.toReversed();
  };

  function subscribe(token: string, after: string | null, query = FEED): Subscriber {
    const client = world.socket(token);
    clients.push(client);
    const seen: Subscriber = { received: [], closed: null };
    client.subscribe<{ auditEvents: { id: string } }>(
      { query, variables: { after } },
      {
        next: ({ data, errors = [] }) =>
          seen.received.push({
            id: data?.auditEvents.id ?? "none",
            errors: errors.map(({ extensions }) => extensions?.code),
            fields: Object.keys(data?.auditEvents ?? {}),
          }),
        error: (error) => (seen.closed = (error as { code?: number }).code ?? 0),
        complete: () => undefined,
      },
    );
    return seen;
  }
  /** Subscribes, and waits until each receives events. */
  const listening = async (...subscribers: Subscriber[]) => {
    await until(async () => {
      await world.contact(owner, "Here?");
      return subscribers.every(({ received }) => received.length > 0);
    });
  };
  const happen = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => world.contact(owner, `${n}`)));

  it("each receives every event after its cursor once and in order, with what it requested and may see", async () => {
    await newFirm();
    const past = await cursors();
    const admin = await world.member(firm.id, "ADMIN");
    const { result } = await world.signIn("teamSignIn", "TeamSignInInput", {
      email: admin,
      password: OWNER_PASSWORD,
    });
    const [blind, seeing] = [
      await world.key(owner, ["AUDIT_READ"]),
      await world.key(owner, ["AUDIT_READ", "CONTACTS_READ"]),
    ];
    const at = (n: number) => past[n] as { id: string; cursor: string };
    const from = (token: string, n: number, query?: string) => ({
      seen: subscribe(token, at(n).cursor, query),
      start: at(n).id,
    });
    const last = past.length - 1;
    const shared = [from(owner, last), from(owner, last), from(owner, 0), from(owner, 3)];
    const others = {
      admin: from(result.sessionToken, 1),
      blind: from(blind, last),
      seeing: from(seeing, last),
      narrow: from(owner, 2, "subscription($after: String) { auditEvents(after: $after) { id type } }"),
    };
    const all = [...shared, ...Object.values(others)];
    await listening(...all.map(({ seen }) => seen));
    await happen(20);
    // Meanwhile others join, with a cursor in the past.
    const rest = happen(20);
    const late = [from(blind, 0), from(seeing, last)];
    await rest;
    const newest = (await log()).at(-1)?.id ?? "";
    for (const { seen, start } of [...all, ...late]) {
      await until(() => ids(seen).includes(newest));
      expect(ids(seen)).toEqual(await idsAfter(start));
      expect(seen.closed).toBeNull();
    }
    const isAbout = ({ errors }: Received) => errors.length > 0;
    for (const { seen } of [...shared, others.admin, others.seeing, others.narrow])
      expect(seen.received.filter(isAbout)).toEqual([]);
    const created = new Set((await log()).flatMap(({ id, type }) => (type === "CONTACT_CREATED" ? [id] : [])));
    for (const { id, errors } of others.blind.seen.received)
      expect([id, errors]).toEqual([id, created.has(id) ? ["FORBIDDEN"] : []]);
    expect(new Set(others.narrow.seen.received.flatMap(({ fields }) => fields))).toEqual(new Set(["id", "type"]));
  });

  it("subscribers with the same operation and rights receive the same bytes: one execution per event, whatever cursor each started from", async () => {
    await newFirm();
    const past = await cursors();
    const same = [null, past[0]?.cursor ?? null, past[4]?.cursor ?? null].map((after) => subscribe(owner, after));
    const other = subscribe(await world.key(owner, ["AUDIT_READ"]), null);
    await listening(...same, other);
    const level = async () => {
      const newest = (await log()).at(-1)?.id ?? "";
      await until(() => [...same, other].every((seen) => ids(seen).includes(newest)));
    };
    await level();
    const executions = jest.spyOn(SharedOperation.prototype, "answer");
    await happen(10);
    await level();
    expect(executions).toHaveBeenCalledTimes(20);
  });

  it("a key that loses a scope receives less from the next event on, and nothing once it may not read; those who shared with it receive everything", async () => {
    await newFirm();
    const make = async () => {
      const input = { name: "Shared", scopes: ["AUDIT_READ", "CONTACTS_READ"] };
      return world.mutate("createApiKey", "CreateApiKeyInput", "apiKey { id } token", input, owner);
    };
    const [losing, keeping] = [await make(), await make()];
    const [loser, keeper] = [subscribe(losing.token, null), subscribe(keeping.token, null)];
    await listening(loser, keeper);
    const limit = (scopes: string) =>
      world.app.work.do((unit) =>
        unit.manager.query("UPDATE api_keys SET scopes = ? WHERE id = ?", [scopes, losing.apiKey.id]),
      );
    const count = () => loser.received.length;
    const level = async () => {
      const newest = (await log()).at(-1)?.id ?? "";
      await until(() => ids(keeper).includes(newest));
      return newest;
    };
    const newest = await level();
    await until(() => ids(loser).includes(newest));
    const before = count();
    await limit("AUDIT_READ");
    await happen(5);
    await level();
    await until(() => count() === before + 5);
    await limit("CONTACTS_READ");
    await happen(5);
    await level();
    await until(() => loser.closed !== null);
    expect(loser.closed).toBe(4403);
    expect(loser.received.map(({ errors }) => errors)).toEqual([
      ...Array.from({ length: before }, () => []),
      ...Array.from({ length: 5 }, () => ["FORBIDDEN"]),
    ]);
    expect(keeper.received.every(({ errors }) => errors.length === 0)).toBe(true);
    expect(ids(keeper)).toEqual(
      await idsAfter((await log())[(await log()).findIndex(({ id }) => id === ids(keeper)[0]) - 1]?.id ?? ""),
    );
  });

  it.each(["key", "member"])(
    "a %s that loses its right while events pour in receives none from that moment on; those who shared with it receive everything",
    async (who) => {
      await newFirm();
      const credential = async (): Promise<{ token: string; lose: () => Promise<unknown> }> => {
        if (who === "key") {
          const input = { name: "Shared", scopes: ["AUDIT_READ"] };
          const { apiKey, token } = await world.mutate(
            "createApiKey",
            "CreateApiKeyInput",
            "apiKey { id } token",
            input,
            owner,
          );
          const lose = () =>
            world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: apiKey.id }, owner);
          return { token, lose };
        }
        const email = await world.member(firm.id, "STAFF");
        const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
        const { data } = await world.ask("{ teamMembers { id email } }", {}, owner);
        const member = data.teamMembers.find((one: { email: string }) => one.email === email);
        const input = { memberId: member.id, reason: "left" };
        const lose = () => world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", input, owner);
        return { token: result.sessionToken, lose };
      };
      const [going, staying] = [await credential(), await credential()];
      const [goer, stayer] = [subscribe(going.token, null), subscribe(staying.token, null)];
      await listening(goer, stayer);
      const before = happen(10);
      const loss = going.lose();
      await Promise.all([before, loss, happen(10)]);
      await happen(3);
      const all = await log();
      const lostAt = all.findIndex(({ type }) => type === (who === "key" ? "API_KEY_REVOKED" : "TEAM_MEMBER_REMOVED"));
      await until(() => goer.closed !== null && ids(stayer).includes(all.at(-1)?.id ?? ""));
      expect(goer.closed).toBe(4403);
      const place = (id: string | undefined) => all.findIndex((event) => event.id === id);
      const received = ids(goer).map(place);
      expect(received).toEqual(Array.from({ length: received.length }, (_, n) => place(ids(goer)[0]) + n));
      expect(received.at(-1)).toBeLessThan(lostAt);
      expect(ids(stayer)).toEqual(all.slice(place(ids(stayer)[0])).map(({ id }) => id));
    },
  );
});
