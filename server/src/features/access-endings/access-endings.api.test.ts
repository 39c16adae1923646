import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { accessEndings, endingActs, pendingThings, type EndingAct, type PendingThing } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { watchListedChanges } from "../../testing/listed-changes.js";
import type { FactorTable } from "../second-factors/second-factor-method.js";
import { factorTables } from "../second-factors/second-factor-methods.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password of mine";
/** Acts on a client's account; only team members have a role. */
const clientActs = endingActs.filter((act) => act !== "ROLE_CHANGED");
const memberActs = endingActs.filter(
  (act) => !["SIGNED_OUT_EVERYWHERE", "LOGIN_EMAIL_CHANGED", "LOGINS_SWITCHED_OFF"].includes(act),
);
/** What a person may have open or pending, as far as that can be set up. */
type Open = Partial<Record<PendingThing, () => Promise<boolean>>>;

describeOnDatabases("X6 whatever somebody has begun, after an act that ends access", (database) => {
  const unheard = watchListedChanges(database);
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
  const isGood = async (token: string) =>
    (await world.ask("query($token: String!) { mailedToken(token: $token) { purpose } }", { token })).data
      .mailedToken !== null;
  const rowsOf = async (table: string, ownerId: string) =>
    Number(
      (
        (await world.app.work.reader.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ownerId = ?`, [ownerId])) as [
          { n: number },
        ]
      )[0].n,
    );
  /**
   * Whether the owner has rows in all of the tables, or in none. Somebody who registers a new factor begins one here
   * too, and it ends with the others.
   */
  const haveRows = async (tables: readonly FactorTable[], ownerId: string) => {
    const counted = await Promise.all(
      tables.map(async ({ from: { sqlText: table } }) => ({ table, rows: await rowsOf(table, ownerId) })),
    );
    const empty = counted.filter(({ rows }) => rows === 0).map(({ table }) => table);
    if (empty.length > 0 && empty.length < tables.length)
      throw new Error(`nothing is left in ${empty.join(", ")} alone`);
    return empty.length === 0;
  };
  const notMeTokenOf = async (to: string, subject: RegExp) => {
    const { links } = await world.mail(to, subject);
    const link = links.find((address) => address.includes("/not-me#token="));
    return decodeURIComponent(/#token=([^&]+)/.exec(link ?? "")?.[1] ?? "");
  };
  const setPolicy = async (change: object, owner: string) => {
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
    const input = { ...change, expectedVersion: data.firm.securityPolicy.version };
    const done = await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, owner);
    expect(codesOf(done)).toEqual([]);
  };
  const fresh = (owner: string) =>
    world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
  const beginPasskey = async (token: string): Promise<string> =>
    (await world.ask("mutation { beginPasskeyRegistration { options } }", {}, token)).data.beginPasskeyRegistration
      .options;
  const addPasskey = (token: string, response: string) =>
    world.mutate("addPasskey", "AddPasskeyInput", "passkey { id }", { response, name: "A laptop" }, token);
  const newPasskey = () => new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
  const begin = (token: string, currentCode: string): Promise<Data> =>
    world.mutate(
      "beginTwoFactorEnrollment",
      "BeginTwoFactorEnrollmentInput",
      "enrollment { secret }",
      { currentCode },
      token,
    );
  const confirm = (token: string, secret: string) =>
    world.ask(
      "mutation($input: ConfirmTwoFactorEnrollmentInput!) { confirmTwoFactorEnrollment(input: $input) { recoveryCodes userErrors { code } } }",
      { input: { code: world.freshCode(secret) } },
      token,
    );
  const verify = (challengeToken: string, secret: string) =>
    world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code: world.freshCode(secret) });

  /** A client with everything open that can be. `own` is the acting session; another one has begun everything else. */
  const robbedClient = async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    await setPolicy({ trustedDeviceDays: 30 }, owner);
    const { email, contactId, created } = await world.client(firm, owner);
    const own = created.result.sessionToken as string;
    const { secret } = await world.enroll({ token: own });
    const notMe = await notMeTokenOf(email, /Two-factor authentication is on/);
    const { data } = await world.ask("{ viewer { ... on PortalViewer { account { id } } } }", {}, own);
    const accountId = data.viewer.account.id as string;

    const title = `Papers ${randomBytes(3).toString("hex")}`;
    const sent = { contactId, title, items: ["Payroll"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", sent, owner);
    const link = {
      token: await world.mailedToken(email, new RegExp(title)),
      deviceKey: randomBytes(16).toString("hex"),
    };
    const claim = () =>
      world.mutate(
        "claimMagicLink",
        "ClaimMagicLinkInput",
        "result { __typename ... on TwoFactorRequired { challengeToken } }",
        { ...link, transport: "TOKEN" },
      );
    const bySession = (await verify((await claim()).result.challengeToken, secret)).result.sessionToken as string;

    const browser = async (field: string, type: string, input: object, cookie = "") => {
      const answer = await world.ask(
        `mutation($input: ${type}!) { ${field}(input: $input) { result { __typename ... on TwoFactorRequired { challengeToken } } } }`,
        { input },
        undefined,
        { origin: world.app.publicUrl, cookie },
      );
      const device = /gatehouse_device=[^;]+/.exec(answer.headers.get("set-cookie") ?? "")?.[0] ?? "";
      return { device, result: answer.data?.[field]?.result };
    };
    const byPassword = (password: string, cookie = "") =>
      browser("portalSignIn", "PortalSignInInput", { firmSlug: firm.slug, email, password }, cookie);
    const { challengeToken } = (await byPassword(CLIENT_PASSWORD)).result;
    const trusting = { challengeToken, code: world.freshCode(secret), trustDevice: true };
    const { device } = await browser("verifyTwoFactor", "VerifyTwoFactorInput", trusting);
    expect((await byPassword(CLIENT_PASSWORD, device)).result.__typename).toBe("SignedIn");

    const signIn = async () => (await world.portalSignIn(firm, email)).result.challengeToken as string;
    const thief = (await verify(await signIn(), secret)).result.sessionToken as string;
    await addPasskey(thief, newPasskey().register(await beginPasskey(thief)));
    const ceremony = await beginPasskey(own);
    const pending = (await begin(thief, world.freshCode(secret))).enrollment.secret as string;
    const input = { input: { language: "FR" } };
    const CHOOSE = "mutation($input: ChooseLanguageInput!) { chooseLanguage(input: $input) { userErrors { code } } }";
    const chooses = () => world.ask(CHOOSE, input, thief, { "idempotency-key": "once" });
    await chooses();
    await fresh(owner);
    const to = `new-${email}`;
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email: to }, owner);
    await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
    const emailChange = await world.mailedToken(to, /Confirm your new/);
    const reset = await world.mailedToken(email, /new password|mot de passe/);
    const invited = await world.contact(owner, "Somebody else", to);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email: to });
    const invitation = await world.mailedToken(to, /Create your account/);
    const challenge = await signIn();

    const open: Open = {
      SESSIONS: () => isSignedIn(thief),
      LINK_SESSIONS: () => isSignedIn(bySession),
      LINK_GRANTS: async () => (await claim()).result.__typename !== "MagicLinkNotUsable",
      FACTORS_UNDER_WAY: () => haveRows(factorTables("UNDER_WAY"), accountId),
      TRUSTED_DEVICES: async () => (await rowsOf("trusted_devices", accountId)) > 0,
      KNOWN_DEVICES: async () => (await rowsOf("known_devices", accountId)) > 0,
      ADDED_FACTORS: () => haveRows(factorTables("IN_FORCE", "ADDED"), accountId),
      PASSWORD_LINKS: () => isGood(reset),
      EMAIL_CHANGE: () => isGood(emailChange),
      NOT_ME_LINKS: () => isGood(notMe),
      SIGN_IN_CHALLENGES: async () => !codesOf(await verify(challenge, secret)).includes("CHALLENGE_EXPIRED"),
    };
    for (const [thing, isOpen] of Object.entries(open))
      if (thing !== "SIGN_IN_CHALLENGES") expect([thing, await isOpen()]).toEqual([thing, true]);
    return {
      firm,
      owner,
      email,
      to,
      accountId,
      contactId,
      own,
      secret,
      notMe,
      pending,
      ceremony,
      reset,
      emailChange,
      invitation,
      invited,
      device,
      byPassword,
      chooses,
      open,
    };
  };
  type Robbed = Awaited<ReturnType<typeof robbedClient>>;

  const act: Record<(typeof clientActs)[number], (robbed: Robbed) => Promise<Data>> = {
    PASSWORD_RESET: ({ reset }) =>
      world.signIn("resetPassword", "ResetPasswordInput", { resetToken: reset, newPassword: NEW_PASSWORD }),
    PASSWORD_CHANGED: ({ own }) =>
      world.mutate(
        "changePassword",
        "ChangePasswordInput",
        "session { id }",
        { currentPassword: CLIENT_PASSWORD, newPassword: NEW_PASSWORD },
        own,
      ),
    NOT_ME: async ({ notMe }) => world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token: notMe }),
    TWO_FACTOR_SET_UP: async ({ own, secret }) => {
      const { enrollment } = await begin(own, world.freshCode(secret));
      return (await confirm(own, enrollment.secret)).data.confirmTwoFactorEnrollment;
    },
    TWO_FACTOR_DISABLED: ({ own, secret }) =>
      world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", { code: world.freshCode(secret) }, own),
    TWO_FACTOR_RESET: ({ contactId, owner }) =>
      world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", { contactId, reason: "stolen" }, owner),
    SIGNED_OUT_EVERYWHERE: ({ contactId, owner }) =>
      world.mutate("revokePortalSessions", "ContactIdInput", "contact { id }", { contactId }, owner),
    LOGIN_EMAIL_CHANGED: ({ emailChange }) =>
      world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token: emailChange }),
    PERSON_REMOVED: ({ contactId, owner }) =>
      world.mutate("deletePortalAccount", "ContactReasonInput", "contact { id }", { contactId, reason: "left" }, owner),
    LOGINS_SWITCHED_OFF: async ({ owner }) => {
      await setPolicy({ mode: "MAGIC_LINK_ONLY" }, owner);
      return { userErrors: [] };
    },
  };
  const isOver = (thing: PendingThing, by: EndingAct) => accessEndings[thing][by] === "ends";

  it.each(clientActs)("of a client: %s ends what the table says, and nothing else", async (name) => {
    const robbed = await robbedClient();
    expect(codesOf(await act[name](robbed))).toEqual([]);

    const after: Record<string, boolean> = {};
    for (const [thing, isOpen] of Object.entries(robbed.open)) after[thing] = await isOpen();
    const expected = Object.keys(robbed.open).map((thing) => [thing, !isOver(thing as PendingThing, name)]);
    expect(after).toEqual(Object.fromEntries(expected));
    const isOff = ["TWO_FACTOR_DISABLED", "TWO_FACTOR_RESET", "PERSON_REMOVED"].includes(name);
    expect(await haveRows(factorTables("IN_FORCE", "PRIMARY"), robbed.accountId)).toBe(!isOff);
    // Nothing that was shown or mailed earlier works any more.
    expect(await lateTries(robbed, name)).toEqual([]);
  });

  /** What still succeeds although the act has ended it, for somebody who kept what they were shown. */
  const lateTries = async (robbed: Robbed, name: EndingAct): Promise<string[]> => {
    const { own, pending, ceremony, emailChange, reset, chooses, invitation, byPassword, device } = robbed;
    const went = async (what: string, answer: Promise<Data> | Data) =>
      codesOf(await answer).length === 0 ? [what] : [];
    const enrolled = (await confirm(own, pending)).data?.confirmTwoFactorEnrollment?.recoveryCodes ?? null;
    const replayed = (await chooses()).data?.chooseLanguage ?? null;
    const isOwnIn = await isSignedIn(own);
    const refused = { userErrors: [{ code: "signed out" }] };
    const newEmail = () =>
      world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token: emailChange });
    const newPassword = () =>
      world.signIn("resetPassword", "ResetPasswordInput", {
        resetToken: reset,
        newPassword: "a thief's long password",
      });
    const password = name === "PASSWORD_CHANGED" ? NEW_PASSWORD : CLIENT_PASSWORD;
    const isCodeAsked = name === "SIGNED_OUT_EVERYWHERE" || name === "PASSWORD_CHANGED";
    const skipped = isCodeAsked && (await byPassword(password, device)).result?.__typename === "SignedIn";
    return [
      ...(enrolled === null ? [] : ["the pending authenticator"]),
      ...(replayed === null ? [] : ["the earlier response"]),
      ...(skipped ? ["the trusted device"] : []),
      ...(name === "LOGIN_EMAIL_CHANGED" && (await isGood(invitation)) ? ["the invitation to the new address"] : []),
      ...(await went("the passkey", isOwnIn ? addPasskey(own, newPasskey().register(ceremony)) : refused)),
      ...(isOver("EMAIL_CHANGE", name) ? await went("the change of the email", newEmail()) : []),
      ...(isOver("PASSWORD_LINKS", name) ? await went("the password link", newPassword()) : []),
    ];
  };

  /** A colleague with everything open that can be. */
  const robbedMember = async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const email = await world.member(firm.id, "ADMIN");
    const own = await world.ownerToken({ owner: email });
    const { secret } = await world.enroll({ token: own });
    const notMe = await notMeTokenOf(email, /Two-factor authentication is on/);
    const { data } = await world.ask("{ viewer { ... on TeamMember { id } } }", {}, own);
    const memberId = data.viewer.id as string;
    const signIn = async () =>
      (await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD })).result
        .challengeToken as string;
    const thief = (await verify(await signIn(), secret)).result.sessionToken as string;
    await addPasskey(thief, newPasskey().register(await beginPasskey(thief)));
    const ceremony = await beginPasskey(own);
    const pending = (await begin(thief, world.freshCode(secret))).enrollment.secret as string;
    await fresh(owner);
    await world.mutate("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", { memberId }, owner);
    const link = await world.mailedToken(email, /password/);
    const socket = world.socket(thief);
    const listening = { isOpen: true };
    socket.subscribe(
      { query: "subscription { auditEvents { id } }" },
      { next: () => undefined, error: () => (listening.isOpen = false), complete: () => (listening.isOpen = false) },
    );
    const key = await world.key(thief, ["CONTACTS_READ"]);
    const webhook = { url: "http://127.0.0.1:9/", types: ["ACCOUNT_CREATED"] };
    const added = await world.mutate(
      "createWebhookEndpoint",
      "CreateWebhookEndpointInput",
      "webhookEndpoint { id }",
      webhook,
      thief,
    );
    const challenge = await signIn();
    const open: Open = {
      API_KEYS: async () => (await world.ask("{ firm { name } }", {}, key)).data !== null,
      WEBHOOKS: async () => {
        const { webhookEndpoints } = (await world.ask("{ webhookEndpoints { id disabledAt } }", {}, owner)).data;
        const found = webhookEndpoints.find(({ id }: { id: string }) => id === added.webhookEndpoint.id);
        return found?.disabledAt === null;
      },
      SESSIONS: () => isSignedIn(thief),
      EXPORTS: async () =>
        (await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${thief}` } })).status === 200,
      FACTORS_UNDER_WAY: () => haveRows(factorTables("UNDER_WAY"), memberId),
      ADDED_FACTORS: () => haveRows(factorTables("IN_FORCE", "ADDED"), memberId),
      PASSWORD_LINKS: () => isGood(link),
      NOT_ME_LINKS: () => isGood(notMe),
      SIGN_IN_CHALLENGES: async () => !codesOf(await verify(challenge, secret)).includes("CHALLENGE_EXPIRED"),
    };
    for (const [thing, isOpen] of Object.entries(open))
      if (thing !== "SIGN_IN_CHALLENGES") expect([thing, await isOpen()]).toEqual([thing, true]);
    return { firm, owner, email, memberId, own, secret, notMe, link, pending, ceremony, socket, listening, open };
  };
  const actOnMember: Partial<Record<EndingAct, (robbed: Awaited<ReturnType<typeof robbedMember>>) => Promise<Data>>> = {
    PASSWORD_RESET: ({ link }) =>
      world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", { token: link, password: NEW_PASSWORD }),
    PASSWORD_CHANGED: ({ own }) =>
      world.mutate(
        "changePassword",
        "ChangePasswordInput",
        "session { id }",
        { currentPassword: OWNER_PASSWORD, newPassword: NEW_PASSWORD },
        own,
      ),
    NOT_ME: ({ notMe }) => world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token: notMe }),
    TWO_FACTOR_SET_UP: async ({ own, secret }) => {
      const { enrollment } = await begin(own, world.freshCode(secret));
      return (await confirm(own, enrollment.secret)).data.confirmTwoFactorEnrollment;
    },
    TWO_FACTOR_DISABLED: ({ own, secret }) =>
      world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", { code: world.freshCode(secret) }, own),
    TWO_FACTOR_RESET: ({ memberId, owner }) =>
      world.mutate(
        "resetTeamMemberTwoFactor",
        "TeamMemberReasonInput",
        "teamMember { id }",
        { memberId, reason: "stolen" },
        owner,
      ),
    PERSON_REMOVED: ({ memberId, owner }) =>
      world.mutate(
        "removeTeamMember",
        "TeamMemberReasonInput",
        "teamMember { id }",
        { memberId, reason: "left" },
        owner,
      ),
    ROLE_CHANGED: ({ memberId, owner }) =>
      world.mutate(
        "changeTeamMember",
        "ChangeTeamMemberInput",
        "teamMember { id }",
        { memberId, role: "STAFF" },
        owner,
      ),
  };

  it.each(clientActs.filter((name) => !["TWO_FACTOR_DISABLED", "TWO_FACTOR_RESET"].includes(name)))(
    "X7 of a client without an authenticator: %s ends what its sessions have proven of the mailbox, or were asked for",
    async (name) => {
      const firm = await world.firm();
      const owner = await world.ownerToken(firm);
      const { email, contactId, created } = await world.client(firm, owner);
      const own = created.result.sessionToken as string;
      await world.mutate("sendPasswordReset", "ContactIdInput", "contact { id }", { contactId }, owner);
      const reset = await world.mailedToken(email, /new password/);
      const to = `new-${email}`;
      await world.mutate(
        "changeLoginEmail",
        "ChangeLoginEmailInput",
        "contact { id }",
        { contactId, email: to },
        owner,
      );
      const emailChange = await world.mailedToken(to, /Confirm your new/);
      const signedIn = await world.ask(
        "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { ... on SignedIn { sessionToken } } } }",
        { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
        undefined,
        { "user-agent": "a thief's browser" },
      );
      const thief = signedIn.data.portalSignIn.result.sessionToken as string;
      const notMe = await notMeTokenOf(email, /New sign-in/);
      expect(codesOf(await begin(thief, ""))).toEqual(["EMAIL_CODE_REQUIRED"]);
      const { data } = await world.ask("{ viewer { ... on PortalViewer { account { id } } } }", {}, own);
      const live = async () =>
        (
          (await world.app.work.reader.query(
            "SELECT isMailboxProven FROM sign_in_challenges WHERE ownerId = ? AND spentAt IS NULL",
            [data.viewer.account.id],
          )) as { isMailboxProven: number }[]
        )
          .map(({ isMailboxProven }) => Number(isMailboxProven))
          .toSorted();
      expect(await live()).toEqual([0, 1]);
      const given = { firm, owner, email, to, contactId, own, notMe, reset, emailChange };
      const setsUp = async () => {
        await world.enroll({ token: own });
        return { userErrors: [] };
      };
      expect(codesOf(await (name === "TWO_FACTOR_SET_UP" ? setsUp() : act[name](given as Robbed)))).toEqual([]);
      // A password that was reset by mail has opened a session, which has proven the mailbox.
      expect(await live()).toEqual(name === "PASSWORD_RESET" ? [1] : []);
    },
  );

  it.each(memberActs)("of a colleague: %s ends what the table says, and nothing else", async (name) => {
    const robbed = await robbedMember();
    expect(codesOf((await actOnMember[name]?.(robbed)) ?? { userErrors: [{ code: "no such act" }] })).toEqual([]);
    if (isOver("SUBSCRIPTIONS", name)) await until(() => !robbed.listening.isOpen);
    expect(robbed.listening.isOpen).toBe(!isOver("SUBSCRIPTIONS", name));
    await robbed.socket.dispose();

    const after: Record<string, boolean> = {};
    for (const [thing, isOpen] of Object.entries(robbed.open)) after[thing] = await isOpen();
    const expected = Object.fromEntries(
      Object.keys(robbed.open).map((thing) => [thing, !isOver(thing as PendingThing, name)]),
    );
    // Staff may not export: the right goes with the role, but the session stays.
    expect(after).toEqual(name === "ROLE_CHANGED" ? { ...expected, EXPORTS: false } : expected);
    const late = isOver("FACTORS_UNDER_WAY", name) ? await confirm(robbed.own, robbed.pending) : null;
    expect(late?.data?.confirmTwoFactorEnrollment?.recoveryCodes ?? null).toBeNull();
  });

  it("a revoked key gets no earlier response, no file and no event", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const made = await world.mutate(
      "createApiKey",
      "CreateApiKeyInput",
      "apiKey { id } token",
      { name: "Sync", scopes: ["CONTACTS_WRITE", "CONTACTS_READ", "AUDIT_READ"] },
      owner,
    );
    const creates = () =>
      world.ask(
        "mutation($input: ContactInput!) { createContact(input: $input) { contact { id email } } }",
        { input: { name: "Ada", email: `ada@${firm.slug}.example` } },
        made.token,
        { "idempotency-key": "once" },
      );
    const first = await creates();
    expect((await creates()).data).toEqual(first.data);
    const socket = world.socket(made.token);
    const listening = { isOpen: true };
    socket.subscribe(
      { query: "subscription { auditEvents { id } }" },
      { next: () => undefined, error: () => (listening.isOpen = false), complete: () => (listening.isOpen = false) },
    );
    await world.mutate("revokeApiKey", "ApiKeyIdInput", "apiKey { id }", { apiKeyId: made.apiKey.id }, owner);
    const replayed = await creates();
    expect([replayed.data, replayed.errors?.[0]?.extensions.code]).toEqual([null, "UNAUTHENTICATED"]);
    expect(
      (await world.raw({ path: "/audit-log.csv", headers: { authorization: `Bearer ${made.token}` } })).status,
    ).toBe(401);
    await until(() => !listening.isOpen);
    await socket.dispose();
  });

  it("every thing in the table is checked here", () => {
    const looked: PendingThing[] = [
      "SESSIONS",
      "SUBSCRIPTIONS",
      "EXPORTS",
      "SIGN_IN_CHALLENGES",
      "FACTORS_UNDER_WAY",
      "TRUSTED_DEVICES",
      "KNOWN_DEVICES",
      "LINK_SESSIONS",
      "LINK_GRANTS",
      "ADDED_FACTORS",
      "PASSWORD_LINKS",
      "EMAIL_CHANGE",
      "NOT_ME_LINKS",
      "ACCOUNT_TOKENS",
      "KEPT_ANSWERS",
      "API_KEYS",
      "WEBHOOKS",
    ];
    expect(looked.toSorted()).toEqual(pendingThings.toSorted());
  });

  it("X63 changes nothing that lists show without an event in the same commit", () => {
    expect(unheard.found()).toEqual([]);
  });
});
