import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { holdUnit } from "../../testing/held-unit.js";
import { OWNER_PASSWORD, World, type Answer, type Data } from "../../testing/world.js";

/** An act of somebody who may no longer act, once the act that ends their access has been answered. */
interface Race {
  act: () => Promise<Answer>;
  ends: () => Promise<Data>;
  /** Whether the act was done. */
  isDone: () => Promise<boolean>;
  code: string;
}

describeOnDatabases("X30 a request in progress of somebody who may no longer act", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => world.stop());

  const rows = (sql: string, parameters: unknown[]): Promise<Data[]> => world.app.work.reader.query(sql, parameters);
  const has = async (sql: string, ...parameters: unknown[]) => (await rows(sql, parameters)).length > 0;
  const newName = () => `Made too late ${randomBytes(4).toString("hex")}`;
  const member = async (role: "ADMIN" | "STAFF" = "ADMIN") => {
    const email = await world.member(firm.id, role);
    const [{ id }] = await rows("SELECT id FROM team_members WHERE email = ?", [email]);
    const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
    return { memberId: id as string, token: result.sessionToken as string };
  };
  const client = async () => {
    const made = await world.client(firm, owner);
    const input = { contactId: made.contactId, title: newName(), items: ["Payroll"] };
    const { request } = await world.mutate(
      "sendClientRequest",
      "SendClientRequestInput",
      "request { items { id } }",
      input,
      owner,
    );
    return { ...made, itemId: request.items[0].id as string };
  };
  const createKey = (name: string, token: string) =>
    world.ask(
      "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } userErrors { code } } }",
      { input: { name, scopes: ["CONTACTS_READ"] } },
      token,
    );
  const remove = (memberId: string) =>
    world.mutate(
      "removeTeamMember",
      "TeamMemberReasonInput",
      "teamMember { id }",
      { memberId, reason: "Left the firm" },
      owner,
    );
  const change = (input: object) =>
    world.mutate("changeTeamMember", "ChangeTeamMemberInput", "teamMember { role }", input, owner);
  const tick = (itemId: string, token: string) =>
    world.ask(
      "mutation($input: SetRequestItemDoneInput!) { setRequestItemDone(input: $input) { request { id } userErrors { code } } }",
      { input: { itemId, done: true } },
      token,
    );
  const isTicked = (itemId: string) =>
    has("SELECT id FROM client_request_items WHERE id = ? AND doneAt IS NOT NULL", itemId);

  const races: Record<string, () => Promise<Race>> = {
    "a colleague makes an API key, and is removed": async () => {
      const { memberId, token } = await member();
      const name = newName();
      return {
        act: () => createKey(name, token),
        ends: () => remove(memberId),
        isDone: () => has("SELECT id FROM api_keys WHERE name = ?", name),
        code: "UNAUTHENTICATED",
      };
    },
    "an administrator makes an API key, and becomes staff": async () => {
      const { memberId, token } = await member();
      const name = newName();
      return {
        act: () => createKey(name, token),
        ends: () => change({ memberId, role: "STAFF" }),
        isDone: () => has("SELECT id FROM api_keys WHERE name = ?", name),
        code: "FORBIDDEN",
      };
    },
    "an administrator makes an API key, and now needs an authenticator": async () => {
      const strict = await world.firm();
      const ownersToken = await world.ownerToken(strict);
      await world.enroll({ token: ownersToken });
      const email = await world.member(strict.id, "ADMIN");
      const { result } = await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
      const name = newName();
      const policy = { teamRequiresTwoFactor: true, expectedVersion: 1 };
      return {
        act: () => createKey(name, result.sessionToken),
        ends: () =>
          world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, ownersToken),
        isDone: () => has("SELECT id FROM api_keys WHERE name = ?", name),
        code: "UNAUTHENTICATED",
      };
    },
    "a key creates a contact, and is revoked": async () => {
      const input = { name: newName(), scopes: ["CONTACTS_WRITE"] };
      const { apiKey, token } = await world.mutate(
        "createApiKey",
        "CreateApiKeyInput",
        "token apiKey { id }",
        input,
        owner,
      );
      const name = newName();
      // Its first use is recorded separately.
      await world.contact(token);
      return {
        act: () =>
          world.ask(
            "mutation($input: ContactInput!) { createContact(input: $input) { contact { id } userErrors { code } } }",
            { input: { name } },
            token,
          ),
        ends: () => world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: apiKey.id }, owner),
        isDone: () => has("SELECT id FROM contacts WHERE name = ?", name),
        code: "UNAUTHENTICATED",
      };
    },
    "a client ticks an item off, and is signed out everywhere": async () => {
      const { contactId, created, itemId } = await client();
      return {
        act: () => tick(itemId, created.result.sessionToken),
        ends: () => world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner),
        isDone: () => isTicked(itemId),
        code: "UNAUTHENTICATED",
      };
    },
    "a client ticks an item off, and signs out": async () => {
      const { created, itemId } = await client();
      const token = created.result.sessionToken as string;
      return {
        act: () => tick(itemId, token),
        ends: async () => (await world.ask("mutation { signOut { userErrors { code } } }", {}, token)).data.signOut,
        isDone: () => isTicked(itemId),
        code: "UNAUTHENTICATED",
      };
    },
    "a client begins to set up an authenticator, and is signed out everywhere": async () => {
      const { contactId, email, created } = await client();
      return {
        act: () =>
          world.ask(
            "mutation($input: BeginTwoFactorEnrollmentInput!) { beginTwoFactorEnrollment(input: $input) { enrollment { secret } userErrors { code } } }",
            { input: {} },
            created.result.sessionToken,
          ),
        ends: () => world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner),
        isDone: () =>
          has(
            "SELECT p.ownerId FROM pending_totp_enrollments p JOIN portal_accounts a ON a.id = p.ownerId WHERE a.email = ?",
            email,
          ),
        code: "UNAUTHENTICATED",
      };
    },
  };

  it.each(Object.keys(races))("does nothing if %s meanwhile", async (name) => {
    const { act, ends, isDone, code } = await (races[name] as () => Promise<Race>)();
    const { isReached, go } = holdUnit(world.app.work);
    const acting = act();
    await isReached;
    expect((await ends()).userErrors).toEqual([]);
    go();
    const answer = await acting;
    expect({ codes: answer.errors?.map(({ extensions }) => extensions.code), isDone: await isDone() }).toEqual({
      codes: [code],
      isDone: false,
    });
  });

  it("has no event after the one that ends it but that it was refused, in whichever order they meet", async () => {
    for (let round = 0; round < 25; round++) {
      const { memberId, token } = await member();
      const acts = await Promise.all([
        ...Array.from({ length: 4 }, async (_, place) => {
          await new Promise((resolve) => setTimeout(resolve, place * 3));
          return createKey(newName(), token);
        }),
        new Promise((resolve) => setTimeout(resolve, round % 12)).then(() =>
          round % 2 === 0 ? remove(memberId) : change({ memberId, role: "STAFF" }),
        ),
      ]);
      expect(acts.at(-1).userErrors).toEqual([]);
      const codes = (acts.slice(0, -1) as Answer[]).flatMap(({ errors = [] }) =>
        errors.map((error) => error.extensions.code),
      );
      expect(codes).not.toContain("INTERNAL");
      const [ended] = await rows(
        "SELECT seq FROM audit_events WHERE firmId = ? AND type IN ('TEAM_MEMBER_REMOVED', 'TEAM_MEMBER_CHANGED') ORDER BY seq DESC LIMIT 1",
        [firm.id],
      );
      expect(
        await rows(
          "SELECT seq FROM audit_events WHERE firmId = ? AND actorId = ? AND seq > ? AND type <> 'ACT_REFUSED'",
          [firm.id, memberId, ended.seq],
        ),
      ).toEqual([]);
    }
  });
});
