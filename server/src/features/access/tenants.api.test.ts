import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { GraphQLObjectType, GraphQLSchema, GraphQLString, isObjectType, type GraphQLResolveInfo } from "graphql";
import { setCookieOf } from "../../testing/api.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";
import { enforceAccess } from "./allow.js";
import { anonymous } from "../callers/caller.js";
import type { AccessRule } from "./access-rule.js";

const RANDOM_CONTACT = "con_01m625dgsrfdref8yrhtsvjgg";

describeOnDatabases("firms are strictly separate, and the endpoint gives nothing away", (database) => {
  let world: World;
  let ours: Awaited<ReturnType<World["firm"]>>;
  let theirs: Awaited<ReturnType<World["firm"]>>;
  let us: string;
  let them: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    [ours, theirs] = [await world.firm(), await world.firm()];
    [us, them] = [await world.ownerToken(ours), await world.ownerToken(theirs)];
  });
  afterAll(() => world.stop());

  it("every root field and every resolved field has a rule and enforces it", async () => {
    const { schema } = world.app;
    const checked: string[] = [];
    for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
      if (type.name.startsWith("__")) continue;
      for (const field of Object.values(type.getFields())) {
        const { resolve, subscribe, name } = field;
        if (!resolve) continue;
        const rule = field.extensions.allow as AccessRule;
        expect({ field: name, rule }).toEqual({ field: name, rule: expect.anything() });
        if (rule === "anyone") continue;
        checked.push(`${type.name}.${name}`);
        // Even if the parent holds the value that was read along with it.
        const context = { caller: anonymous, source: { ipAddress: "192.0.2.1" } };
        const parent = { account: "visible", secondFactor: { lockedUntil: 1 } };
        for (const step of [resolve, ...(subscribe ? [subscribe] : [])])
          await expect(
            Promise.resolve().then(() => step(parent, {}, context, {} as GraphQLResolveInfo)),
          ).rejects.toThrow("Sign in first.");
      }
    }
    expect(checked.length).toBeGreaterThan(40);
    expect(checked).toEqual(
      expect.arrayContaining([
        "Query.contacts",
        "Mutation.resetTwoFactor",
        "Subscription.auditEvents",
        "Contact.portalAccount",
        "PortalAccount.lockedUntil",
        "PortalAccount.twoFactor",
      ]),
    );
  });

  it("a schema with a resolved field without a rule does not start", () => {
    const fields = { secret: { type: GraphQLString, resolve: () => "visible" } };
    const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: "Query", fields }) });
    expect(() => enforceAccess(schema)).toThrow("Query.secret does not state who may use it");
  });

  it("X17 a schema with a mutation that is neither listed as needing a fresh proof nor as harmless does not start", () => {
    const mutationOf = (name: string, allow: AccessRule) =>
      new GraphQLSchema({
        query: new GraphQLObjectType({ name: "Query", fields: { nothing: { type: GraphQLString } } }),
        mutation: new GraphQLObjectType({
          name: "Mutation",
          fields: { [name]: { type: GraphQLString, resolve: () => "done", extensions: { allow } } },
        }),
      });
    const refusal = "Mutation.mailEverybody does not say whether it needs a fresh proof";
    expect(() => enforceAccess(mutationOf("mailEverybody", { team: "write" }))).toThrow(refusal);
    expect(() => enforceAccess(mutationOf("constructor", { team: "write" }))).toThrow("Mutation.constructor");
    expect(() => enforceAccess(mutationOf("mailEverybody", "anyone"))).not.toThrow();
    expect(() => enforceAccess(mutationOf("createApiKey", { team: "write" }))).not.toThrow();
    expect(() => enforceAccess(mutationOf("revokeApiKey", { team: "write" }))).not.toThrow();
  });

  it("Z02 another firm's ids behave as if they did not exist", async () => {
    const { id } = await world.contact(them);
    const answersFor = async (contactId: string) => {
      const read = await world.ask(
        "query($id: ID!) { contact(id: $id) { name } node(id: $id) { id } auditEvents(filter: { contactId: $id }) { nodes { id } } }",
        { id: contactId },
        us,
      );
      const changed = await Promise.all([
        world.mutate("updateContact", "UpdateContactInput", "contact { id }", { contactId, name: "Mine now" }, us),
        world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", { contactId, reason: "because" }, us),
        world.mutate(
          "exportContactData",
          "ContactReasonInput",
          "download { json }",
          { contactId, reason: "because" },
          us,
        ),
        world.mutate("deleteContact", "ContactReasonInput", "deletedContactId", { contactId, reason: "because" }, us),
        world.mutate(
          "deletePortalAccount",
          "ContactReasonInput",
          "contact { id }",
          { contactId, reason: "because" },
          us,
        ),
        world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, us),
        world.mutate("unlockPortalAccount", "ContactIdInput", "contact { id }", { contactId }, us),
        world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, us),
      ]);
      return JSON.stringify([read.data, changed]);
    };
    expect(await answersFor(id)).toBe(await answersFor(RANDOM_CONTACT));
    expect(await answersFor(id)).toContain("NOT_FOUND");
  });

  it("Z04 inputs accept no other fields", async () => {
    const tries = [
      'createContact(input: { name: "x", firmId: "frm_x" })',
      'createContact(input: { name: "x", accessState: ACCOUNT_CREATED })',
      "updateSecurityPolicy(input: { expectedVersion: 1, plan: ENTERPRISE })",
      `updateContact(input: { contactId: "${RANDOM_CONTACT}", twoFactorEnabled: true })`,
      `updateContact(input: { contactId: "${RANDOM_CONTACT}", portalAccountId: "acc_x" })`,
      'upsertContacts(input: { contacts: [{ name: "x", externalId: "x", firmId: "frm_x" }] })',
      `changeTeamMember(input: { memberId: "${RANDOM_CONTACT}", firmId: "frm_x" })`,
      'createApiKey(input: { name: "x", scopes: [AUDIT_READ], firmId: "frm_x" })',
      `createPortalAccount(input: { confirmationToken: "x", password: "x", role: OWNER })`,
      'confirmTwoFactorEnrollment(input: { code: "000000", enrolled: true })',
    ];
    for (const call of tries)
      expect((await world.ask(`mutation { ${call} { userErrors { code } } }`, {}, us)).status).toBe(400);
  });

  it("staff can read and not write, and learn what is missing", async () => {
    const email = await world.member(ours.id, "STAFF");
    const token = (await world.signIn("teamSignIn", "TeamSignInInput", { email, password: "a long owner password" }))
      .result.sessionToken;
    expect((await world.ask("{ contacts { totalCount } }", {}, token)).errors).toBeUndefined();
    const { errors } = await world.ask(
      'mutation { createContact(input: { name: "x" }) { userErrors { code } } }',
      {},
      token,
    );
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE team_members SET disabledAt = ? WHERE email = ?", [1, email]),
    );
    expect((await world.ask("{ contacts { totalCount } }", {}, token)).errors?.[0]?.extensions.code).toBe(
      "UNAUTHENTICATED",
    );
  });

  it("R07 a caller who may not reset a client gets the same refusal whether or not the client exists, and nothing happens", async () => {
    const { email, contactId, created } = await world.client(ours, us);
    await world.enroll({ token: created.result.sessionToken });
    const before = (await world.mails(email)).length;
    const colleague = async (role: "ADMIN" | "STAFF", of: { id: string }) =>
      world.ownerToken({ owner: await world.member(of.id, role) });
    const callers: [who: string, token: string | undefined][] = [
      ["nobody", undefined],
      ["staff", await colleague("STAFF", ours)],
      ["the client", (await world.client(ours, us)).created.result.sessionToken],
      ["a key without the scope", await world.key(us, ["CONTACTS_WRITE", "ACCESS_WRITE", "POLICY_WRITE"])],
      ["another firm's owner", them],
      ["another firm's administrator", await colleague("ADMIN", theirs)],
      ["another firm's key", await world.key(them, ["ACCESS_RESET"])],
    ];
    const reset = async (of: string, by: string | undefined) => {
      const { status, data, errors } = await world.ask(
        "mutation($input: ContactReasonInput!) { resetTwoFactor(input: $input) { contact { id } userErrors { code field message } } }",
        { input: { contactId: of, reason: "lost phone" } },
        by,
      );
      return JSON.stringify([status, data, errors]).replaceAll(/,"requestId":"[^"]+"/g, "");
    };
    for (const [who, by] of callers) {
      const refused = await reset(contactId, by);
      for (const none of [RANDOM_CONTACT, "nonsense"]) expect([who, await reset(none, by)]).toEqual([who, refused]);
      expect([who, refused]).toEqual([who, expect.stringMatching(/UNAUTHENTICATED|FORBIDDEN|NOT_FOUND/)]);
    }
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccount { twoFactor { enrolled } } auditEvents { nodes { type } } } }",
      { id: contactId },
      us,
    );
    expect(data.contact.portalAccount.twoFactor.enrolled).toBe(true);
    expect(data.contact.auditEvents.nodes).not.toContainEqual({ type: "TWO_FACTOR_RESET" });
    expect(await world.mails(email)).toHaveLength(before);
  });

  it("Z05 a client whose contact gets another address no longer sees its requests, even in the open session", async () => {
    const { contactId, created } = await world.client(ours, us);
    const papers = { contactId, title: "Papers", items: ["One"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", papers, us);
    const titles = async () =>
      (
        await world.ask(
          "{ viewer { ... on PortalViewer { requests { nodes { title } } } } }",
          {},
          created.result.sessionToken,
        )
      ).data.viewer.requests.nodes;
    expect(await titles()).toEqual([{ title: "Papers" }]);
    const moved = { contactId, email: `moved-${contactId}@client.example` };
    expect((await world.mutate("updateContact", "UpdateContactInput", "contact { id }", moved, us)).userErrors).toEqual(
      [],
    );
    expect(await titles()).toEqual([]);
  });

  it("a client sees its own account and nothing of the firm's side", async () => {
    const { created, contactId } = await world.client(ours, us);
    const token = created.result.sessionToken;
    for (const query of [
      "{ firm { name } }",
      "{ contacts { totalCount } }",
      "{ auditEvents { nodes { id } } }",
      "{ apiKeys { id } }",
      `{ contact(id: "${contactId}") { name } }`,
      "{ viewer { ... on PortalViewer { account { contacts { auditEvents { nodes { id } } } } } } }",
    ])
      expect((await world.ask(query, {}, token)).errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    expect((await world.ask(`{ node(id: "${contactId}") { id } }`, {}, token)).data.node).toBeNull();
  });

  it("G04, G08 and G10 anything but a JSON operation by POST is refused as JSON, and none of it runs", async () => {
    const json = { "content-type": "application/json" };
    const cases: [RequestInit & { path?: string }, number][] = [
      [{ method: "GET", path: "/graphql?query={viewer{__typename}}" }, 405],
      [{ method: "POST", headers: { "content-type": "text/plain" }, body: '{"query":"{viewer{__typename}}"}' }, 415],
      [
        {
          method: "POST",
          headers: { "content-type": "application/x-www-form-urlencoded" },
          body: "query={viewer{__typename}}",
        },
        415,
      ],
      [{ method: "POST", headers: { "content-type": "application/json; charset=utf-16" }, body: "{}" }, 415],
      [{ method: "POST", headers: json, body: "{" }, 400],
      [{ method: "POST", headers: json, body: "" }, 400],
      [
        {
          method: "POST",
          headers: json,
          body: JSON.stringify(Array.from({ length: 50 }, () => ({ query: "{viewer{__typename}}" }))),
        },
        400,
      ],
      [{ method: "POST", headers: json, body: JSON.stringify({ query: "x".repeat(200_000) }) }, 413],
      [{ method: "GET", path: "/nothing" }, 404],
    ];
    for (const [init, status] of cases) {
      const response = await world.raw(init);
      expect([init, response.status]).toEqual([init, status]);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(await response.text()).not.toMatch(/at \w+ \(|node_modules|<html/);
    }
  });

  it("S06 pages of another origin are refused, and so is a missing origin on a socket with cookies", async () => {
    const body = JSON.stringify({ query: "{ viewer { __typename } }" });
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `${world.app.publicUrl}.evil.example` },
      { "sec-fetch-site": "cross-site" },
    ])
      expect(
        (
          await world.raw({
            method: "POST",
            headers: { "content-type": "application/json", ...(headers as object) },
            body,
          })
        ).status,
      ).toBe(403);
  });

  it("W01 a socket needs an exact Origin or its own token", async () => {
    const { host } = new URL(world.app.publicUrl);
    const connect = (token: string | undefined, headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const client = world.socket(token, headers);
        client.subscribe(
          { query: "subscription { auditEvents { id } }" },
          {
            next: () => undefined,
            complete: () => undefined,
            error: (error) => resolve(String((error as { code?: number }).code ?? "refused")),
          },
        );
        client.on("connected", () => {
          resolve("connected");
          void client.dispose();
        });
      });
    for (const origin of [
      "https://evil.example",
      "null",
      `http://${host}.evil`,
      `http://x.${host}`,
      "http://localhost:1",
      `http://user@${host}`,
      `https://${host}`,
    ])
      expect(await connect(us, { origin })).toBe("refused");
    const signedIn = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }",
      { input: { email: ours.owner, password: "a long owner password" } },
    );
    const cookie = setCookieOf(signedIn.headers, "team").split(";")[0] ?? "";
    expect(await connect(undefined, { cookie })).toBe("4403");
    expect(await connect(undefined, { cookie, origin: world.app.publicUrl })).toBe("connected");
    expect(await connect(us, {})).toBe("connected");
  });

  it("W04 and W05 a subscriber sees its own firm's events in order, resumes by cursor, and is cut off when its session ends", async () => {
    const token = await world.ownerToken(ours);
    const seen: string[] = [];
    let closed: unknown = null;
    const client = world.socket(token);
    client.subscribe<{ auditEvents: { cursor: string; summary: string } }>(
      { query: "subscription { auditEvents(types: [CONTACT_CREATED]) { cursor summary } }" },
      {
        next: ({ data }) => void seen.push(data?.auditEvents.summary ?? ""),
        error: (error) => (closed = error),
        complete: () => undefined,
      },
    );
    // No argument can name a firm.
    const named = await new Promise((resolve) => {
      const other = world.socket(us);
      other.subscribe(
        { query: `subscription { auditEvents(firmId: "${theirs.id}") { id } }` },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      );
    });
    expect(named).toEqual([expect.objectContaining({ message: expect.stringContaining('Unknown argument "firmId"') })]);
    await until(async () => {
      await world.contact(us, "Ours at first");
      return seen.length > 0;
    });
    const some = (firm: string, from: number) =>
      Array.from({ length: 50 }, (_, n) => ({ name: `${firm} ${from + n}`, externalId: `${firm} ${from + n}` }));
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        world.mutate(
          "upsertContacts",
          "UpsertContactsInput",
          "results { userErrors { code } }",
          { contacts: some(n % 2 ? "Ours" : "Theirs", n * 50) },
          n % 2 ? us : them,
        ),
      ),
    );
    // A slow server makes the loop above create more than one contact "at first".
    const imported = () => seen.filter((summary) => !summary.includes("at first"));
    await until(() => imported().length >= 500);
    expect(seen.filter((summary) => !summary.includes("Ours"))).toEqual([]);
    expect(new Set(imported()).size).toBe(500);

    const { data } = await world.ask(
      "{ auditEvents(first: 6, filter: { types: [CONTACT_CREATED] }) { nodes { cursor summary } } }",
      {},
      us,
    );
    const resumed: string[] = [];
    const second = world.socket(us);
    second.subscribe<{ auditEvents: { summary: string } }>(
      {
        query: "subscription($after: String) { auditEvents(after: $after, types: [CONTACT_CREATED]) { summary } }",
        variables: { after: data.auditEvents.nodes[5].cursor },
      },
      {
        next: (result) => void resumed.push(result.data?.auditEvents.summary ?? ""),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await until(() => resumed.length >= 5);
    expect(resumed).toEqual(
      data.auditEvents.nodes
        .slice(0, 5)
        .toReversed()
        .map(({ summary }: { summary: string }) => summary),
    );
    await second.dispose();

    await world.ask("mutation { signOut { userErrors { code } } }", {}, token);
    const before = seen.length;
    await until(() => (closed as { code?: number } | null)?.code === 4403);
    await world.contact(us, "After the end");
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toHaveLength(before);
  });

  it("lists page by keyset in both directions, search by the start of any word, and add up", async () => {
    const own = await world.firm();
    const token = await world.ownerToken(own);
    for (const name of ["Zoë Ångström", "Ann Lee", "Bob 100% Ltd", "Cara_Underscore", "ann otherlee"])
      await world.contact(token, name);
    await world.mutate("createContact", "ContactInput", "contact { id }", { name: "No Mail" }, token);
    const names = async (args: string) => {
      const { data } = await world.ask(
        `{ contacts(${args}) { totalCount nodes { name } pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }`,
        {},
        token,
      );
      return { ...data.contacts, names: data.contacts.nodes.map(({ name }: { name: string }) => name) };
    };
    const first = await names("first: 2");
    expect(first.names).toEqual(["Ann Lee", "ann otherlee"]);
    const next = await names(`first: 2, after: "${first.pageInfo.endCursor}"`);
    expect(next.names).toEqual(["Bob 100% Ltd", "Cara_Underscore"]);
    expect((await names(`last: 2, before: "${next.pageInfo.startCursor}"`)).names).toEqual(first.names);
    expect((await names('filter: { search: "zoe" }')).names).toEqual(["Zoë Ångström"]);
    expect((await names('filter: { search: "lee ann" }')).names).toEqual(["Ann Lee"]);
    expect((await names('filter: { search: "%" }')).names).toEqual([]);
    expect((await names('filter: { search: "100%" }')).names).toEqual(["Bob 100% Ltd"]);
    const { data } = await world.ask(
      "{ firm { portalStats { contacts withoutEmail notInvited invited withAccount } } }",
      {},
      token,
    );
    expect(data.firm.portalStats).toEqual({ contacts: 6, withoutEmail: 1, notInvited: 5, invited: 0, withAccount: 0 });
    const { errors } = await world.ask('{ contacts(after: "rubbish") { totalCount } }', {}, token);
    expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});
