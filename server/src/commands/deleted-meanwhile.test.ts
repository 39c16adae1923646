import { afterAll, afterEach, beforeAll, expect, it, jest } from "@jest/globals";
import { insertMember } from "../features/firm-staff/insert-member.js";
import { disableFirm } from "../features/firms/disabled-firms.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import { describeOnDatabases } from "../testing/databases.js";
import { holdUnit } from "../testing/held-unit.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, World } from "../testing/world.js";
import { deleteFirm, firmToDelete } from "./firm-deletion.js";

describeOnDatabases("a request that is under way while the operator deletes its firm", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => world.stop());

  const remove = async (firm: { id: string; slug: string }) => {
    const { work } = world.app;
    await work.do((unit) => disableFirm(unit, firm.id));
    await deleteFirm(work, await firmToDelete(work, firm.slug));
  };
  /** What a request says: its codes, or "done". */
  const said = async (query: string, variables: object, token?: string): Promise<string> => {
    const { data, errors } = await world.ask(query, variables, token);
    const payload = Object.values((data ?? {}) as Record<string, { userErrors?: { code: string }[] } | null>)[0];
    const codes = [
      ...(errors ?? []).map(({ extensions }) => extensions.code),
      ...(payload?.userErrors ?? []).map(({ code }) => code),
    ];
    return codes.join(" ") || "done";
  };
  const TEAM = "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }";
  const PORTAL = "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { userErrors { code } } }";

  interface People {
    firm: { id: string; slug: string; owner: string };
    owner: string;
    key: string;
    client: { contactId: string; email: string };
    token: string;
  }
  const furnish = async (): Promise<People> => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const key = await world.key(owner, ["CONTACTS_READ", "CONTACTS_WRITE", "AUDIT_READ", "ACCESS_WRITE"]);
    const { contactId, email, created } = await world.client(firm, owner);
    return { firm, owner, key, client: { contactId, email }, token: created.result.sessionToken };
  };
  /** What a request says whose firm is deleted right before its transaction `units`; null: it has no such transaction. */
  const answerWhileRemoved = async (begin: (people: People) => Promise<string>, units: number) => {
    const people = await furnish();
    const held = holdUnit(world.app.work, units);
    const answer = begin(people);
    const isHeld = await Promise.race([held.isReached.then(() => true), answer.then(() => false)]);
    if (!isHeld) return null;
    await remove(people.firm);
    held.go();
    return answer;
  };
  const signIns: [what: string, begin: (people: People) => Promise<string>][] = [
    ["a colleague's sign-in", ({ firm }) => said(TEAM, { input: { email: firm.owner, password: OWNER_PASSWORD } })],
    ["a colleague's wrong password", ({ firm }) => said(TEAM, { input: { email: firm.owner, password: "wrong" } })],
    [
      "a client's sign-in",
      ({ firm, client: { email } }) =>
        said(PORTAL, { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD } }),
    ],
    [
      "a client's wrong password",
      ({ firm, client: { email } }) =>
        said(PORTAL, { input: { firmSlug: firm.slug, email, password: "wrong, but long enough" } }),
    ],
  ];

  it.each(signIns.flatMap(([what, begin]) => [0, 1, 2].map((units) => [what, units, begin] as const)))(
    "is answered like one for nobody: %s, held before its transaction %i",
    async (_what, units, begin) => {
      const answer = await answerWhileRemoved(begin, units);
      if (answer === null) return;
      expect(answer).toBe("INVALID_CREDENTIALS");
    },
  );

  const act = (name: string, type: string) =>
    `mutation($input: ${type}!) { ${name}(input: $input) { userErrors { code } } }`;
  const acts: [what: string, begin: (people: People) => Promise<string>][] = [
    ["a key's new contact", ({ key }) => said(act("createContact", "ContactInput"), { input: { name: "Ann" } }, key)],
    [
      "a colleague's invitation of a client",
      ({ owner, client: { contactId } }) =>
        said(act("inviteContacts", "InviteContactsInput"), { input: { contactIds: [contactId] } }, owner),
    ],
    [
      "a client's new password",
      ({ token }) =>
        said(
          act("changePassword", "ChangePasswordInput"),
          { input: { currentPassword: CLIENT_PASSWORD, newPassword: "another long password" } },
          token,
        ),
    ],
    ["a client's sign-out", ({ token }) => said("mutation { signOut { userErrors { code } } }", {}, token)],
    [
      "a stranger's request for an account",
      ({ firm, client: { email } }) =>
        said(act("requestPortalAccount", "PortalEmailInput"), { input: { firmSlug: firm.slug, email } }),
    ],
  ];
  it.each(acts.flatMap(([what, begin]) => [0, 1].map((units) => [what, units, begin] as const)))(
    "is no failure of ours: %s, held before its transaction %i",
    async (_what, units, begin) => {
      const answer = await answerWhileRemoved(begin, units);
      if (answer === null) return;
      expect(answer).not.toMatch(/INTERNAL|UNAVAILABLE/);
    },
  );

  const reads: [what: string, by: "owner" | "token", query: string][] = [
    ["a colleague's firm", "owner", "{ firm { name timeZone securityPolicy { mode } portalTrend(days: 5) { day } } }"],
    ["a colleague", "owner", "{ viewer { ... on TeamMember { email firm { name } } } }"],
    ["a client", "token", "{ viewer { ... on PortalViewer { email firm { name } session { id } account { id } } } }"],
    ["a colleague's contacts", "owner", "{ contacts(first: 3) { nodes { name } } }"],
    ["a colleague's log", "owner", "{ auditEvents(first: 3) { nodes { summary } } }"],
  ];
  it.each(reads.flatMap(([what, by, query]) => [0, 1, 2].map((earlier) => [what, earlier, by, query] as const)))(
    "is no failure of ours: reading %s, once %i statements were read",
    async (_what, earlier, by, query) => {
      const people = await furnish();
      const { work } = world.app;
      const original = work.rows.bind(work);
      const spy = jest.spyOn(work, "rows");
      const removing = (async (...asked: Parameters<typeof original>) => {
        await remove(people.firm);
        return original(...asked);
      }) as typeof original;
      for (let n = 0; n <= earlier; n++) spy.mockImplementationOnce(original);
      spy.mockImplementationOnce(removing);
      expect(await said(query, {}, people[by])).not.toMatch(/INTERNAL|UNAVAILABLE/);
    },
  );

  it("leaves the wrong password in the log of the person's other firm", async () => {
    const kept = await world.firm();
    const keptOwner = await world.ownerToken(kept);
    const { firm } = await furnish();
    const stored = await world.app.hasher.hash(OWNER_PASSWORD, operatorsShare);
    const colleague = { firmId: firm.id, name: "Olive Owner", email: kept.owner, role: "STAFF" as const };
    await world.app.work.do((unit) => insertMember(unit, colleague, stored));
    // The first unit takes the attempt, the second one records.
    const held = holdUnit(world.app.work, 0);
    const answer = said(TEAM, { input: { email: kept.owner, password: "wrong, but long enough" } });
    await held.isReached;
    await remove(firm);
    held.go();
    expect(await answer).toBe("INVALID_CREDENTIALS");
    const { data } = await world.ask("{ auditEvents(first: 1) { nodes { type } } }", {}, keptOwner);
    expect(data.auditEvents.nodes).toEqual([{ type: "SIGN_IN_FAILED" }]);
  });
});
