import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { counts } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "quite another long password";

interface OpenSession {
  /** The account or team member, or the request of a magic link. */
  whose: string;
  methods: string[];
}
interface LoggedEvent {
  type: string;
  actorId: string | null;
  accountId: string | null;
  methods: string | null;
  data: string;
}

/** Who is signed in, and how, by a reader who sees nothing but the log. */
function openByLog(events: readonly LoggedEvent[]): Record<string, OpenSession> {
  const open = new Map<string, OpenSession>();
  for (const { type, actorId, accountId, methods, data } of events) {
    const facts = JSON.parse(data) as Data;
    const proven: string[] = methods === null ? [] : (JSON.parse(methods) as string[]);
    for (const id of [...(facts.endedSessionIds ?? []), ...(facts.sessionIds ?? [])]) {
      // An event names only sessions that were open until then.
      expect([type, open.delete(id as string)]).toEqual([type, true]);
    }
    const { sessionId, previousSessionId } = facts;
    if (sessionId == null) continue;
    if (type === "SIGNED_OUT") expect(open.delete(sessionId as string)).toBe(true);
    else if (previousSessionId === undefined)
      open.set(sessionId as string, { whose: facts.requestId ?? accountId ?? actorId, methods: proven });
    else {
      const before = open.get((previousSessionId ?? sessionId) as string);
      if (!before) throw new Error(`${type} continues a session that was not open`);
      open.delete((previousSessionId ?? sessionId) as string);
      open.set(sessionId as string, { ...before, methods: [...new Set([...before.methods, ...proven])] });
    }
  }
  return Object.fromEntries(open);
}

describeOnDatabases("sessions in the log", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  /** The log and the table agree. Returns how many sessions are open. */
  const mustAgree = async (): Promise<number> => {
    const query = <T>(text: string) => world.app.work.reader.query<T[]>(text, [firm.id]);
    const events = await query<LoggedEvent>(
      "SELECT type, actorId, accountId, methods, data FROM audit_events WHERE firmId = ? ORDER BY seq",
    );
    const rows = await query<{ id: string; ownerId: string | null; requestId: string | null; methods: string }>(
      "SELECT id, ownerId, requestId, methods FROM sessions WHERE firmId = ? AND revokedAt IS NULL",
    );
    const table = rows.map(({ id, ownerId, requestId, methods }) => [
      id,
      { whose: ownerId ?? requestId, methods: JSON.parse(methods) as string[] },
    ]);
    expect(openByLog(events)).toEqual(Object.fromEntries(table));
    return rows.length;
  };
  /** Does something, after which the log and the table must agree. Returns by how many the open sessions changed. */
  const change = async (act: () => Promise<unknown>): Promise<number> => {
    const before = await mustAgree();
    await act();
    return (await mustAgree()) - before;
  };
  const mustDo = async (doing: Promise<Data>): Promise<Data> => {
    const done = await doing;
    expect(codesOf(done)).toEqual([]);
    return done;
  };
  const signIn = async (email: string, password = CLIENT_PASSWORD): Promise<string> =>
    (await mustDo(world.portalSignIn(firm, email, password))).result.sessionToken;
  const stepUp = (token: string, more: object = {}, password = CLIENT_PASSWORD) =>
    mustDo(world.mutate("stepUp", "StepUpInput", "session { id }", { password, ...more }, token));
  const reset = async (email: string) => {
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const resetToken = await world.mailedToken(email, /Reset your password/);
    const input = { resetToken, newPassword: NEW_PASSWORD };
    return mustDo(world.signIn("resetPassword", "ResetPasswordInput", input));
  };
  const linkTo = async (contactId: string, email: string): Promise<{ requestId: string; link: string }> => {
    const sent = { contactId, title: `Papers ${randomBytes(3).toString("hex")}`, items: ["Payroll"] };
    const asking = world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", sent, owner);
    return {
      requestId: (await mustDo(asking)).request.id,
      link: await world.mailedToken(email, new RegExp(sent.title)),
    };
  };
  const claim = async (token: string, deviceKey: string): Promise<Data> =>
    (
      await mustDo(
        world.mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          "result { __typename ... on SignedIn { sessionToken } ... on TwoFactorRequired { challengeToken } }",
          { token, deviceKey, transport: "TOKEN" },
        ),
      )
    ).result;
  const signOut = (token: string) => world.ask("mutation { signOut { userErrors { code } } }", {}, token);
  const deviceKey = () => randomBytes(16).toString("hex");

  it("of a client with a password: signing in, confirming, changing and resetting the password, signing out, reporting a stranger", async () => {
    const { email, contactId } = await world.client(firm, owner);
    const [first, second] = [await signIn(email), await signIn(email)];
    expect(await change(() => stepUp(first))).toBe(0);
    expect(await change(() => signOut(second))).toBe(-1);
    const changing = { currentPassword: CLIENT_PASSWORD, newPassword: NEW_PASSWORD };
    expect(
      await change(() =>
        mustDo(world.mutate("changePassword", "ChangePasswordInput", "session { id }", changing, first)),
      ),
    ).toBe(-1);
    expect(await change(() => signIn(email, NEW_PASSWORD))).toBe(1);
    const report = async () => {
      const { links } = await world.mail(email, /password was changed/i);
      const token = decodeURIComponent(/not-me#token=([^&]+)/.exec(links.join(" "))?.[1] ?? "");
      return mustDo(world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token }));
    };
    expect(await change(report)).toBe(-2);
    await change(async () => {
      const resetToken = await world.mailedToken(email, /password/i);
      const input = { resetToken, newPassword: CLIENT_PASSWORD };
      await mustDo(world.signIn("resetPassword", "ResetPasswordInput", input));
    });
    expect(
      await change(() =>
        mustDo(world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner)),
      ),
    ).toBe(-1);
  });

  it("of a browser, whose session gets a new id with each further proof", async () => {
    const { email } = await world.client(firm, owner);
    const origin = new URL(world.url).origin;
    let cookie = "";
    const send = async (name: string, type: string, input: object, selection: string) => {
      const query = `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
      const headers = { cookie, origin, "gatehouse-audience": "portal" };
      const answer = await world.ask(query, { input }, undefined, headers);
      cookie = /gatehouse_portal=[^;]+/.exec(answer.headers.get("set-cookie") ?? "")?.[0] ?? cookie;
      return mustDo(Promise.resolve(answer.data[name]));
    };
    const entering = { firmSlug: firm.slug, email, password: CLIENT_PASSWORD };
    expect(await change(() => send("portalSignIn", "PortalSignInInput", entering, "result { __typename }"))).toBe(1);
    const renewing = [
      ["stepUp", "StepUpInput", { password: CLIENT_PASSWORD }],
      ["changePassword", "ChangePasswordInput", { currentPassword: CLIENT_PASSWORD, newPassword: NEW_PASSWORD }],
    ] as const;
    // The password's change also ends the session with which the account was created.
    const changes = [];
    for (const [name, type, input] of renewing)
      changes.push(await change(() => send(name, type, input, "session { id }")));
    expect(changes).toEqual([0, -1]);
  });

  it("beyond ten: the oldest end for the newest", async () => {
    const { email } = await world.client(firm, owner);
    for (let n = 1; n < counts.sessionsPerOwner; n++) await signIn(email);
    expect(await change(() => signIn(email))).toBe(0);
  });

  it("of a client with an authenticator: setting it up, codes, turning it off, a reset by the firm, a new password", async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    await signIn(email);
    const token = created.result.sessionToken as string;
    let phone = await world.enroll({ token });
    await mustAgree();
    const byCode = async (code: string, name = "verifyTwoFactor", type = "VerifyTwoFactorInput") => {
      const { challengeToken } = (await world.portalSignIn(firm, email)).result;
      return mustDo(world.signIn(name, type, { challengeToken, code }));
    };
    expect(await change(() => byCode(world.freshCode(phone.secret)))).toBe(1);
    const [recoveryCode = ""] = phone.recoveryCodes;
    expect(await change(() => byCode(recoveryCode, "useRecoveryCode", "UseRecoveryCodeInput"))).toBe(1);
    expect(await change(() => stepUp(token, { code: world.freshCode(phone.secret) }))).toBe(0);
    const code = world.freshCode(phone.secret);
    const off = () => world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", { code }, token);
    expect(await change(() => mustDo(off()))).toBe(-2);
    phone = await world.enroll({ token });
    await byCode(world.freshCode(phone.secret));
    owner = await world.ownerToken(firm);
    const losing = { contactId, reason: "Lost phone, called back" };
    expect(
      await change(() => mustDo(world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", losing, owner))),
    ).toBe(-2);
    await signIn(email);
    expect(await change(() => reset(email))).toBe(0);
    const leaving = { contactId, reason: "No longer a client" };
    expect(
      await change(() =>
        mustDo(world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", leaving, owner)),
      ),
    ).toBe(-1);
  });

  it("of magic links: claimed again, replaced by another device's, exchanged for an account, with a code, and readdressed", async () => {
    const { id: contactId, email } = await world.contact(owner);
    const { link, requestId } = await linkTo(contactId, email);
    const key = deviceKey();
    expect(await change(() => claim(link, key))).toBe(1);
    expect(await change(() => claim(link, key))).toBe(0);
    world.forward({ minutes: 2 });
    owner = await world.ownerToken(firm);
    await mustDo(world.mutate("resendClientRequest", "RequestIdInput", "request { id }", { requestId }, owner));
    const mails = await world.mails(email);
    const newest = decodeURIComponent(/#token=([^&]+)/.exec(mails[0]?.links[0] ?? "")?.[1] ?? "");
    expect(newest).not.toBe(link);
    const other = await change(() => claim(newest, deviceKey()));
    expect(other).toBe(0);

    const another = await linkTo(contactId, email);
    const opened = (await claim(another.link, key)).sessionToken as string;
    const create = () =>
      world.mutate(
        "createPortalAccount",
        "CreatePortalAccountInput",
        "result { __typename ... on SignedIn { sessionToken } }",
        { password: CLIENT_PASSWORD, transport: "TOKEN" },
        opened,
      );
    let own = "";
    expect(await change(async () => (own = (await mustDo(create())).result.sessionToken))).toBe(0);
    const { secret } = await world.enroll({ token: own });
    await mustAgree();
    const third = await linkTo(contactId, email);
    const { challengeToken } = await claim(third.link, key);
    const proof = { challengeToken, code: world.freshCode(secret) };
    const proven = () => world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", proof);
    expect(await change(() => mustDo(proven()))).toBe(1);
    owner = await world.ownerToken(firm);
    const moving = { contactId, email: `moved-${email}` };
    expect(
      await change(() => mustDo(world.mutate("updateContact", "UpdateContactInput", "contact { id }", moving, owner))),
    ).toBeLessThan(0);
  });

  it("of a link whose owner signs out", async () => {
    const { id: contactId, email } = await world.contact(owner);
    const { link } = await linkTo(contactId, email);
    const { sessionToken } = await claim(link, deviceKey());
    expect(await change(() => signOut(sessionToken as string))).toBe(-1);
  });

  it("of the team: joining, a reset by a colleague, being removed, confirming", async () => {
    const email = `ada-${randomBytes(4).toString("hex")}@team.example`;
    owner = await world.ownerToken(firm);
    const invite = { email, name: "Ada", role: "ADMIN" };
    const inviting = world.mutate("inviteTeamMember", "InviteTeamMemberInput", "teamMember { id }", invite, owner);
    const memberId = (await mustDo(inviting)).teamMember.id as string;
    const token = await world.mailedToken(email, /./);
    const joining = { token, password: NEW_PASSWORD };
    let session = "";
    expect(
      await change(async () => {
        const joined = await mustDo(world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", joining));
        session = joined.result.sessionToken;
      }),
    ).toBe(1);
    await world.enroll({ token: session });
    await mustAgree();
    const losing = { memberId, reason: "Lost phone" };
    const type = "TeamMemberReasonInput";
    expect(
      await change(() => mustDo(world.mutate("resetTeamMemberTwoFactor", type, "teamMember { id }", losing, owner))),
    ).toBe(-1);
    await world.signIn("teamSignIn", "TeamSignInInput", { email, password: NEW_PASSWORD });
    expect(await change(() => mustDo(world.mutate("removeTeamMember", type, "teamMember { id }", losing, owner)))).toBe(
      -1,
    );
    const again = await world.ownerToken(firm);
    expect(await change(() => stepUp(again, {}, OWNER_PASSWORD))).toBe(0);
  });
});
