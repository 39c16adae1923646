import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { eventLimits } from "@gatehouse/shared";
import { createLog } from "../../platform/log.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { statementsDuring } from "../../testing/statements.js";
import { codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";
import type { RequestContext } from "../callers/request-context.js";
import { Sessions } from "../sessions/sessions.service.js";
import { Attempts } from "./attempts.service.js";
import { RefusedActs } from "./refused-acts.service.js";

const CREATE_KEY = 'mutation { createApiKey(input: { name: "x", scopes: [] }) { userErrors { code } } }';
const REVOKE_KEY = 'mutation { revokeApiKey(input: { apiKeyId: "x" }) { userErrors { code } } }';
const FORBIDDEN_KEY = { act: "createApiKey", code: "FORBIDDEN", missing: "the role OWNER or ADMIN" };

describeOnDatabases("acts that are refused to somebody known", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  beforeAll(async () => {
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const eventsOf = async (place: { owner: string }, more = ""): Promise<Data[]> => {
    const { data } = await world.ask(
      `{ auditEvents(first: 100, filter: { types: [ACT_REFUSED] ${more} }) { nodes { summary data actorId actorName actorKind contact { email } } } }`,
      {},
      await world.ownerToken(place),
    );
    return data.auditEvents.nodes;
  };
  const staffOf = async (firmId: string) => world.ownerToken({ owner: await world.member(firmId, "STAFF") });
  const refusedTopLevel = async (document: string, token: string) => {
    const { errors } = await world.ask(document, {}, token);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["FORBIDDEN"]);
  };
  const sessionIdOf = async (token: string): Promise<string> => {
    const { data } = await world.ask("{ viewer { ... on TeamMember { sessions { id current } } } }", {}, token);
    return data.viewer.sessions.find(({ current }: { current: boolean }) => current).id;
  };

  it("are in the log with who tried, what, and what they lack: a colleague, a key, a client", async () => {
    const place = await world.firm();
    const token = await world.ownerToken(place);
    const { email, created } = await world.client(place, token);
    const staff = await staffOf(place.id);
    await refusedTopLevel(CREATE_KEY, staff);
    await refusedTopLevel(CREATE_KEY, await world.key(token, ["CONTACTS_READ"]));
    await refusedTopLevel(REVOKE_KEY, created.result.sessionToken);
    const [byClient, byKey, byStaff] = await eventsOf(place);
    expect(byStaff).toMatchObject({
      summary: 'A STAFF was refused "create API key": it requires the role OWNER or ADMIN.',
      actorKind: "TEAM_MEMBER",
      data: { ...FORBIDDEN_KEY, sessionId: await sessionIdOf(staff), repeats: 0 },
    });
    expect(byKey).toMatchObject({
      summary: 'A key of the tests was refused "create API key": it requires a signed-in person.',
      actorKind: "API_KEY",
      data: { act: "createApiKey", code: "FORBIDDEN", missing: "a signed-in person", sessionId: null },
    });
    expect(byClient).toMatchObject({
      summary: `${email} was refused "revoke API key": it requires a team member or an API key.`,
      actorKind: "CLIENT",
      contact: { email },
    });
    expect(byClient.actorId).not.toBeNull();
  });

  it("a key without the scope, and an administrator where only an owner may", async () => {
    const place = await world.firm();
    const token = await world.ownerToken(place);
    const { contactId } = await world.client(place, token);
    const key = await world.key(token, ["CONTACTS_WRITE"]);
    await refusedTopLevel(
      `mutation { unlockPortalAccount(input: { contactId: "${contactId}" }) { userErrors { code } } }`,
      key,
    );
    const moved = { contactId, email: "elsewhere@client.example" };
    expect(codesOf(await world.mutate("updateContact", "UpdateContactInput", "contact { id }", moved, key))).toEqual([
      "ACCESS_RESET_REQUIRED",
    ]);
    const admin = await world.ownerToken({ owner: await world.member(place.id, "ADMIN") });
    const { data } = await world.ask("{ viewer { ... on TeamMember { id } } }", {}, token);
    const input = { memberId: data.viewer.id, reason: "no longer needed" };
    expect(
      codesOf(await world.mutate("removeTeamMember", "TeamMemberReasonInput", "teamMember { id }", input, admin)),
    ).toEqual(["INVALID_INPUT"]);
    expect((await eventsOf(place)).map(({ summary, data: { code, missing } }) => [summary, code, missing])).toEqual([
      ['A ADMIN was refused "remove team member": it requires the role OWNER.', "FORBIDDEN", "the role OWNER"],
      [
        'A key of the tests was refused "update contact": it requires the scope ACCESS_RESET.',
        "ACCESS_RESET_REQUIRED",
        "the scope ACCESS_RESET",
      ],
      [
        'A key of the tests was refused "unlock portal account": it requires the scope ACCESS_WRITE.',
        "FORBIDDEN",
        "the scope ACCESS_WRITE",
      ],
    ]);
  });

  it("without a fresh proof: once in ten minutes for each session and act, whether the field asks for it or the use case", async () => {
    const place = await world.firm();
    const token = await world.ownerToken(place);
    const other = await world.ownerToken(place);
    world.forward({ minutes: 11 });
    const askedFor = async (document: string, by: string) =>
      codesOf(Object.values((await world.ask(document, {}, by)).data)[0]);
    const remove = 'mutation { removeTeamMember(input: { memberId: "x", reason: "x" }) { userErrors { code } } }';
    const invite = 'mutation { inviteContacts(input: { contactIds: ["x", "y"] }) { userErrors { code } } }';
    for (const [document, by] of [
      [remove, token],
      [remove, token],
      [invite, token],
      [remove, other],
      [invite, token],
    ] as const)
      expect(await askedFor(document, by)).toEqual(["STEP_UP_REQUIRED"]);
    const [mine, others] = [await sessionIdOf(token), await sessionIdOf(other)];
    const asked = 'Olive Owner was asked for a fresh proof of identity before "';
    expect((await eventsOf(place)).map(({ summary, data: { code, sessionId } }) => [summary, code, sessionId])).toEqual(
      [
        [`${asked}remove team member".`, "STEP_UP_REQUIRED", others],
        [`${asked}invite contacts".`, "STEP_UP_REQUIRED", mine],
        [`${asked}remove team member".`, "STEP_UP_REQUIRED", mine],
      ],
    );
    // Whoever proves themselves is not refused.
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, token);
    expect(await askedFor(invite, token)).not.toEqual(["STEP_UP_REQUIRED"]);
    expect(await eventsOf(place)).toHaveLength(3);
  });

  it("a stranger's are nobody's, and what is refused for another reason is not an act without the right", async () => {
    const place = await world.firm();
    const token = await world.ownerToken(place);
    await world.ask(CREATE_KEY);
    const refused = await world.ask(CREATE_KEY, {}, token);
    expect(codesOf(refused.data.createApiKey)).toEqual(["INVALID_INPUT"]);
    expect(await eventsOf(place)).toEqual([]);
  });

  it("X79 a thousand refusals of one act write once, and have one more event when the ten minutes are over", async () => {
    const place = await world.firm();
    const staff = await staffOf(place.id);
    await refusedTopLevel(CREATE_KEY, staff);
    const sent = await statementsDuring(async () => {
      for (let n = 0; n < 10; n++)
        await Promise.all(Array.from({ length: n < 9 ? 100 : 99 }, () => refusedTopLevel(CREATE_KEY, staff)));
    });
    expect(sent.filter(({ sql }) => /^\s*(INSERT|UPDATE).*(audit_|attempt_)/is.test(sql))).toEqual([]);
    expect(await eventsOf(place)).toHaveLength(1);
    world.forward({ minutes: 11 });
    const events = await until(async () => {
      const found = await eventsOf(place);
      return found.length > 1 && found;
    });
    expect(events.map(({ summary, data: { repeats } }) => [summary, repeats])).toEqual([
      ['A STAFF was refused "create API key" 999 more times: it requires the role OWNER or ADMIN.', 999],
      ['A STAFF was refused "create API key": it requires the role OWNER or ADMIN.', 0],
    ]);
  }, 120_000);

  /** A server's own memory of refusals, on the database of the tests. */
  const another = () =>
    new RefusedActs({ work: world.app.work, attempts: new Attempts(world.app.work), log: createLog("silent") });
  const contextOf = async (token: string) =>
    ({
      caller: await new Sessions(world.app.work).authenticate(token),
      source: { ipAddress: null, userAgent: null },
    }) as RequestContext;
  const lacking = { code: "FORBIDDEN", missing: "the role OWNER or ADMIN" } as const;

  it("X79 a thousand refusals of different acts have twenty events, however many servers refuse them", async () => {
    const place = await world.firm();
    const context = await contextOf(await staffOf(place.id));
    const servers = [another(), another()];
    for (let n = 0; n < 1000; n++) await servers[n % 2]?.record(`act${n}`, lacking, context);
    expect(await eventsOf(place)).toHaveLength(eventLimits.refusedActsOfCaller.attempts);
    for (let n = 0; n < 20; n++) await servers[(n + 1) % 2]?.record(`act${n}`, lacking, context);
    expect(await eventsOf(place)).toHaveLength(eventLimits.refusedActsOfCaller.attempts);
  }, 60_000);

  it("those that a server has only counted are recorded when it stops", async () => {
    const place = await world.firm();
    const context = await contextOf(await staffOf(place.id));
    const server = another();
    for (let n = 0; n < 3; n++) await server.record("createApiKey", lacking, context);
    expect(await eventsOf(place)).toHaveLength(1);
    await server.worker.stop();
    expect((await eventsOf(place)).map(({ data }) => data.repeats)).toEqual([2, 0]);
  });

  it("an export of the log is one of them", async () => {
    const staff = await staffOf(firm.id);
    const response = await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${staff}` } });
    expect(response.status).toBe(403);
    const { data } = await world.ask("{ viewer { ... on TeamMember { id } } }", {}, staff);
    const [event, ...others] = await eventsOf(firm, `actorId: "${data.viewer.id}"`);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      summary: 'A STAFF was refused "export audit log": it requires the role OWNER or ADMIN.',
      data: { act: "exportAuditLog", code: "FORBIDDEN" },
    });
    expect(owner).not.toBe(staff);
  });
});
