import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits, counts, secondFactorLock } from "@gatehouse/shared";
import { setCookieOf } from "../../testing/api.js";
import { describeOnDatabases } from "../../testing/databases.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password of mine";

describeOnDatabases("an authenticator that is set up in a session", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const begin = (token: string, input: object = {}) =>
    world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", input, token);
  const confirm = (token: string, secret: string) =>
    world.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes",
      { code: world.code(secret) },
      token,
    );
  const stepUp = async (token: string) => {
    const proof = { password: CLIENT_PASSWORD };
    expect(codesOf(await world.mutate("stepUp", "StepUpInput", "session { id }", proof, token))).toEqual([]);
  };
  /** The code that an act mails. */
  const mailedBy = async (email: string, act: () => Promise<unknown>): Promise<string> => {
    const before = (await world.mailedCodes(email)).length;
    await act();
    return world.mailedCodeAfter(email, before);
  };
  const askForCode = (token: string, email: string) =>
    mailedBy(email, async () => expect(codesOf(await begin(token))).toEqual(["EMAIL_CODE_REQUIRED"]));
  const events = async (contactId: string) => {
    const { data } = await world.ask(
      "query($id: ID!) { auditEvents(first: 100, filter: { contactId: $id }) { nodes { type summary } } }",
      { id: contactId },
      owner,
    );
    return data.auditEvents.nodes as { type: string; summary: string }[];
  };

  /** How far a thief gets who has only the password. */
  const theft = async (token: string): Promise<string> => {
    const begun = await begin(token);
    if (!begun.enrollment) return codesOf(begun).join();
    const confirmed = await confirm(token, begun.enrollment.secret);
    return confirmed.recoveryCodes ? "the thief's phone is enrolled" : codesOf(confirmed).join();
  };
  const byPassword = async (email: string, at = firm): Promise<string> =>
    (await world.portalSignIn(at, email)).result.sessionToken;
  const memberByPassword = async (email: string): Promise<string> =>
    (await world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD })).result.sessionToken;

  it("X7 is not for a thief with a client's password, if two-factor authentication is offered", async () => {
    const { email } = await world.client(firm, owner);
    expect(await theft(await byPassword(email))).toBe("EMAIL_CODE_REQUIRED");
  });

  it("X7 is not for a thief with a client's password, while two-factor authentication is announced", async () => {
    const announcing = await world.firm();
    const admin = await world.ownerToken(announcing);
    const { email } = await world.client(announcing, admin);
    const enforcedFrom = new Date(world.now() + 7 * 86_400_000).toISOString();
    const policy = { mode: "MAGIC_LINK_AND_LOGIN_2FA", enforcedFrom, expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, admin);
    expect(await theft(await byPassword(email, announcing))).toBe("EMAIL_CODE_REQUIRED");
  });

  it("X7 is not for a thief with a client's password, after the firm removed the authenticator", async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    await world.enroll({ token: created.result.sessionToken });
    const reset = { contactId, reason: "lost phone" };
    await world.mutate("resetTwoFactor", "ContactReasonInput", "contact { id }", reset, await world.ownerToken(firm));
    expect(await theft(await byPassword(email))).toBe("EMAIL_CODE_REQUIRED");
  });

  it("X7 is not for a thief with a colleague's password, neither at first nor after a reset", async () => {
    const email = await world.member(firm.id, "ADMIN");
    const token = await memberByPassword(email);
    expect(await theft(token)).toBe("EMAIL_CODE_REQUIRED");
    await world.enroll({ token });
    const { data } = await world.ask("{ viewer { ... on TeamMember { id } } }", {}, token);
    const reset = { memberId: data.viewer.id, reason: "lost phone" };
    const boss = await world.ownerToken(firm);
    await world.mutate("resetTeamMemberTwoFactor", "TeamMemberReasonInput", "teamMember { id }", reset, boss);
    expect(await theft(await memberByPassword(email))).toBe("EMAIL_CODE_REQUIRED");
  });

  it("X7 is not for a thief with a password in a known browser, and neither is a passkey", async () => {
    const { email } = await world.client(firm, owner);
    const signIn = async (cookie = "") =>
      world.ask(
        "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { __typename } } }",
        { input: { firmSlug: firm.slug, email, password: CLIENT_PASSWORD } },
        undefined,
        { origin: world.app.publicUrl, cookie },
      );
    const cookies = ({ headers }: { headers: Headers }) =>
      headers
        .getSetCookie()
        .map((set) => set.split(";")[0])
        .join("; ");
    const known = cookies(await signIn(cookies(await signIn())));
    const headers = { origin: world.app.publicUrl, cookie: known, "gatehouse-audience": "portal" };
    const inSession = async (mutation: string) =>
      Object.values((await world.ask(`mutation { ${mutation} }`, {}, undefined, headers)).data as Data)[0] as Data;
    expect(codesOf(await inSession("beginTwoFactorEnrollment(input: {}) { userErrors { code } }"))).toEqual([
      "EMAIL_CODE_REQUIRED",
    ]);
    expect(codesOf(await inSession("beginPasskeyRegistration { userErrors { code } }"))).toEqual([
      "TWO_FACTOR_NOT_ENROLLED",
    ]);
    const made = new SoftwarePasskey(world.app.publicUrl).register(
      JSON.stringify({ challenge: "AAAA", rp: { id: "localhost" } }),
    );
    expect(
      codesOf(
        await inSession(
          `addPasskey(input: { name: "Mine", response: ${JSON.stringify(made)} }) { userErrors { code } }`,
        ),
      ),
    ).toEqual(["TWO_FACTOR_NOT_ENROLLED"]);
  });

  it("requires nothing more of somebody who has just come through the mailbox: for ten minutes, only in that session", async () => {
    const { email, created } = await world.client(firm, owner);
    const session = created.result.sessionToken as string;
    expect((await begin(session)).enrollment.secret).toMatch(/^[A-Z2-7]+$/);
    expect(codesOf(await begin(await byPassword(email)))).toEqual(["EMAIL_CODE_REQUIRED"]);
    world.forward({ minutes: 9, seconds: 50 });
    expect(codesOf(await begin(session))).toEqual([]);
    world.forward({ seconds: 15 });
    expect(codesOf(await begin(session))).toEqual(["STEP_UP_REQUIRED"]);
    await stepUp(session);
    expect(codesOf(await begin(session))).toEqual(["EMAIL_CODE_REQUIRED"]);

    const asked = { firmSlug: firm.slug, email };
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", asked);
    const resetToken = await world.mailedToken(email, /Reset your password/);
    const reset = await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: NEW_PASSWORD });
    const mails = (await world.mailedCodes(email)).length;
    await world.enroll({ token: reset.result.sessionToken });
    expect(await world.mailedCodes(email)).toHaveLength(mails);

    owner = await world.ownerToken(firm);
    const invite = { email: `ada-${randomBytes(4).toString("hex")}@team.example`, name: "Ada", role: "ADMIN" };
    await world.mutate("inviteTeamMember", "InviteTeamMemberInput", "teamMember { id }", invite, owner);
    const token = await world.mailedToken(invite.email, /./);
    const joining = { token, password: NEW_PASSWORD };
    const joined = await world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", joining);
    await world.enroll({ token: joined.result.sessionToken });
    expect(await world.mailedCodes(invite.email)).toEqual([]);
  });

  it("requires only the current code of somebody who replaces an authenticator", async () => {
    const { email, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    const code = world.freshCode(secret);
    const token = (await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code })).result
      .sessionToken;
    expect(codesOf(await begin(token))).toEqual(["TWO_FACTOR_ALREADY_ENROLLED"]);
    const { enrollment } = await begin(token, { currentCode: world.freshCode(secret) });
    expect(codesOf(await confirm(token, enrollment.secret))).toEqual([]);
    expect(await world.mailedCodes(email)).toEqual([]);
  });

  it("X28 begun in a session that has proven the mailbox cannot be confirmed by another one, which cannot use up its attempts either", async () => {
    const { email, created } = await world.client(firm, owner);
    const own = created.result.sessionToken as string;
    const thief = await byPassword(email);
    const { enrollment } = await begin(own);
    for (let tries = 0; tries < 3; tries++)
      expect(codesOf(await confirm(thief, enrollment.secret))).toEqual(["CHALLENGE_EXPIRED"]);
    await begin(thief);
    for (let tries = 0; tries < 3; tries++)
      expect(codesOf(await confirm(thief, enrollment.secret))).toEqual(["EMAIL_CODE_REQUIRED"]);
    expect(codesOf(await confirm(own, enrollment.secret))).toEqual([]);
  });

  it("X28 accepts only the code of its own session, and only the newest", async () => {
    const { email } = await world.client(firm, owner);
    const [own, thief] = [await byPassword(email), await byPassword(email)];
    expect(codesOf(await begin(thief, { emailCode: "000000" }))).toEqual(["CHALLENGE_EXPIRED"]);
    const first = await askForCode(own, email);
    expect(codesOf(await begin(thief, { emailCode: first }))).toEqual(["CHALLENGE_EXPIRED"]);
    const thiefs = await askForCode(thief, email);
    expect(codesOf(await begin(thief, { emailCode: first }))).toEqual(["EMAIL_CODE_REQUIRED"]);
    expect(codesOf(await begin(own, { emailCode: thiefs }))).toEqual(["EMAIL_CODE_REQUIRED"]);
    const second = await askForCode(own, email);
    expect(codesOf(await begin(own, { emailCode: first }))).toEqual(["EMAIL_CODE_REQUIRED"]);
    const { enrollment } = await begin(own, { emailCode: ` ${second.slice(0, 3)} ${second.slice(3)} ` });
    expect(codesOf(await confirm(own, enrollment.secret))).toEqual([]);
  });

  it("X28 is set up once, even by two who begin and confirm at the same moment", async () => {
    const { email } = await world.client(firm, owner);
    const token = await byPassword(email);
    const emailCode = await askForCode(token, email);
    const begun = await Promise.all([begin(token, { emailCode }), begin(token, { emailCode })]);
    // The last one is pending.
    const confirmed = await Promise.all(
      begun.flatMap(({ enrollment }) =>
        enrollment ? [confirm(token, enrollment.secret), confirm(token, enrollment.secret)] : [],
      ),
    );
    expect(confirmed.filter(({ recoveryCodes }) => recoveryCodes !== null)).toHaveLength(1);
  });

  it("X28 is too late with a code from eleven minutes ago, or one that its session has used up", async () => {
    const { email } = await world.client(firm, owner);
    const token = await byPassword(email);
    const late = await askForCode(token, email);
    world.forward({ minutes: 10, seconds: 1 });
    await stepUp(token);
    expect(codesOf(await begin(token, { emailCode: late }))).toEqual(["CHALLENGE_EXPIRED"]);

    const inTime = await askForCode(token, email);
    world.forward({ minutes: 9 });
    const { enrollment } = await begin(token, { emailCode: inTime });
    // Begun in time, it may be confirmed as long as its secret is valid, but nothing more can be begun with that code.
    world.forward({ minutes: 2 });
    await stepUp(token);
    expect(codesOf(await begin(token, { emailCode: inTime }))).toEqual(["CHALLENGE_EXPIRED"]);
    expect(codesOf(await confirm(token, enrollment.secret))).toEqual([]);
    expect(codesOf(await begin(token, { emailCode: inTime }))).toEqual(["TWO_FACTOR_ALREADY_ENROLLED"]);
    owner = await world.ownerToken(firm);
  });

  it("X28 is void if the password is changed meanwhile, at every point of the way", async () => {
    const { created, email } = await world.client(firm, owner);
    const token = created.result.sessionToken as string;
    let password = CLIENT_PASSWORD;
    const changePassword = async () => {
      const input = { currentPassword: password, newPassword: `${password}!` };
      const changed = await world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, token);
      expect(codesOf(changed)).toEqual([]);
      password = input.newPassword;
    };
    await changePassword();
    const emailCode = await askForCode(token, email);
    await changePassword();
    expect(codesOf(await begin(token, { emailCode }))).toEqual(["CHALLENGE_EXPIRED"]);
    const { enrollment } = await begin(token, { emailCode: await askForCode(token, email) });
    await changePassword();
    expect(codesOf(await confirm(token, enrollment.secret))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("continues in a session that is proven again meanwhile, under its new id", async () => {
    const { email } = await world.client(firm, owner);
    const headers = { origin: world.app.publicUrl, "gatehouse-audience": "portal" };
    const browser = async (mutation: string, input: object, type: string, cookie = "") =>
      world.ask(`mutation($input: ${type}!) { ${mutation} }`, { input }, undefined, { ...headers, cookie });
    const sessionOf = ({ headers: answered }: { headers: Headers }) =>
      setCookieOf(answered, "portal").split(";")[0] ?? "";
    const entered = { firmSlug: firm.slug, email, password: CLIENT_PASSWORD };
    const first = sessionOf(
      await browser("portalSignIn(input: $input) { result { __typename } }", entered, "PortalSignInInput"),
    );
    const BEGIN = "beginTwoFactorEnrollment(input: $input) { enrollment { secret } userErrors { code } }";
    const TYPE = "BeginTwoFactorEnrollmentInput";
    const emailCode = await mailedBy(email, () => browser(BEGIN, {}, TYPE, first));
    const again = await browser(
      "stepUp(input: $input) { session { id } }",
      { password: CLIENT_PASSWORD },
      "StepUpInput",
      first,
    );
    const second = sessionOf(again);
    expect([second === "", second === first]).toEqual([false, false]);
    expect((await browser(BEGIN, { emailCode }, TYPE, first)).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const begun = await browser(BEGIN, { emailCode }, TYPE, second);
    expect(begun.data.beginTwoFactorEnrollment.userErrors).toEqual([]);
  });

  it("X28 allows five attempts per code and ten per account, logged as what they are, and five mails an hour", async () => {
    const { email, contactId } = await world.client(firm, owner);
    const token = await byPassword(email);
    await askForCode(token, email);
    for (let tries = 0; tries < counts.challengeFailures; tries++)
      expect(codesOf(await begin(token, { emailCode: "000000" }))).toEqual(["EMAIL_CODE_REQUIRED"]);
    expect(codesOf(await begin(token, { emailCode: "000000" }))).toEqual(["CHALLENGE_EXPIRED"]);
    await askForCode(token, email);
    const rest = secondFactorLock.failures - counts.challengeFailures - 1;
    for (let tries = 1; tries < rest; tries++)
      expect(codesOf(await begin(token, { emailCode: "000000" }))).toEqual(["EMAIL_CODE_REQUIRED"]);
    for (let tries = 0; tries < 3; tries++) await begin(token, { emailCode: "000000" });
    expect(codesOf(await begin(token))).toEqual(["ACCOUNT_LOCKED"]);
    const log = await events(contactId);
    const wrong = log.filter(({ type }) => type === "REAUTHENTICATION_FAILED").map(({ summary }) => summary);
    expect(new Set(wrong)).toEqual(
      new Set([
        `A wrong emailed code was entered in a session of Maya Fields (${email}), to set up two-factor authentication.`,
      ]),
    );
    expect(log.filter(({ type }) => type === "SIGN_IN_FAILED")).toEqual([]);

    const other = await world.client(firm, owner);
    const session = await byPassword(other.email);
    const answers: string[] = [];
    for (let mails = 0; mails < attemptLimits.emailCodesByAccount.attempts + 2; mails++)
      answers.push(...codesOf(await begin(session)));
    expect(answers.filter((code) => code === "EMAIL_CODE_REQUIRED")).toHaveLength(
      attemptLimits.emailCodesByAccount.attempts,
    );
    expect(answers.at(-1)).toBe("TOO_MANY_REQUESTS");
    const heldBack = await until(async () => {
      const outcome = (await events(other.contactId)).filter(({ type }) => type === "MAIL_SUPPRESSED");
      return outcome.length > 0 && outcome;
    });
    expect(heldBack).toHaveLength(1);
    expect(await world.mailedCodes(other.email)).toHaveLength(attemptLimits.emailCodesByAccount.attempts);
  });

  it("is mailed no code if it may not be set up, or in an old session", async () => {
    const plain = await world.firm("TEAM");
    const { email } = await world.client(plain, await world.ownerToken(plain));
    const token = await byPassword(email, plain);
    expect(codesOf(await begin(token))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    world.forward({ minutes: 11 });
    expect(codesOf(await begin(token))).toEqual(["STEP_UP_REQUIRED"]);
    expect(await world.mailedCodes(email)).toEqual([]);
    owner = await world.ownerToken(firm);
  });

  it("X28 counts a colleague's wrong codes like a client's, even of one whom the operator's command created", async () => {
    const email = await world.member(firm.id, "ADMIN");
    const token = await memberByPassword(email);
    const answers: string[] = [];
    for (let code = 0; code < 3; code++) {
      await begin(token);
      for (let tries = 0; tries < counts.challengeFailures; tries++)
        answers.push(...codesOf(await begin(token, { emailCode: "000000" })));
    }
    expect(answers.filter((code) => code === "EMAIL_CODE_REQUIRED").length).toBeLessThan(secondFactorLock.failures);
    expect(answers).toContain("ACCOUNT_LOCKED");
    expect(codesOf(await begin(token))).toEqual(["ACCOUNT_LOCKED"]);
  });

  const linked = async (token: string) => {
    const { id: contactId, email } = await world.contact(token);
    const title = `Books ${randomBytes(4).toString("hex")}`;
    const input = { contactId, title, items: ["Payroll"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", input, token);
    const link = await world.mailedToken(email, new RegExp(`Request from .*: ${title}`));
    const deviceKey = randomBytes(24).toString("hex");
    const claim = async (): Promise<Data> =>
      (
        await world.mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          "result { __typename ... on SignedIn { sessionToken } ... on AccountRequired { confirmationToken } }",
          { token: link, deviceKey, transport: "TOKEN" },
        )
      ).result;
    return { email, claim };
  };
  const createAccount = async (confirmationToken: string | undefined, token?: string): Promise<Data> =>
    (
      await world.mutate(
        "createPortalAccount",
        "CreatePortalAccountInput",
        "result { __typename ... on SignedIn { sessionToken } ... on TwoFactorEnrollmentRequired { emailCodeRequired } }",
        { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" },
        token,
      )
    ).result;

  it("X28 requires the mailbox if an account is created with a link that was claimed long ago, and notifies it", async () => {
    const { email, claim } = await linked(await world.ownerToken(firm));
    const { sessionToken } = await claim();
    for (let n = 0; n < 3; n++) {
      world.forward({ minutes: 25 });
      await world.ask("{ viewer { __typename } }", {}, sessionToken);
    }
    const created = await createAccount(undefined, sessionToken);
    expect(await theft(created.sessionToken)).toBe("EMAIL_CODE_REQUIRED");
    expect((await world.mail(email, /Your account at .* was created/)).text).toContain(
      "on a device that had opened a link",
    );
    owner = await world.ownerToken(firm);
  });

  it("requires nothing more if the link has just been claimed", async () => {
    const { claim } = await linked(await world.ownerToken(firm));
    const { sessionToken } = await claim();
    const created = await createAccount(undefined, sessionToken);
    expect(codesOf(await begin(created.sessionToken))).toEqual([]);
  });

  it("X28 requires the mailbox if a link leads to an account again, weeks after it was claimed", async () => {
    const strict = await world.firm();
    const admin = await world.ownerToken(strict);
    const policy = { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, admin);
    const { claim } = await linked(admin);
    expect((await claim()).__typename).toBe("AccountRequired");
    world.forward({ minutes: 29 * 24 * 60 });
    const { confirmationToken } = await claim();
    expect((await createAccount(confirmationToken)).emailCodeRequired).toBe(true);
    owner = await world.ownerToken(firm);
  });

  it("X34 requires the mailbox if a clock that was ahead has dated its proof", async () => {
    const ahead = { minutes: 3 * 24 * 60 };
    world.forward(ahead);
    const { created } = await world.client(firm, await world.ownerToken(firm));
    world.forward({ minutes: -ahead.minutes });
    world.forward({ minutes: 20 });
    const token = created.result.sessionToken as string;
    await stepUp(token);
    expect(codesOf(await begin(token))).toEqual(["EMAIL_CODE_REQUIRED"]);
    owner = await world.ownerToken(firm);
  });

  it("does not count a right password as wrong if the mails with codes are used up", async () => {
    const strict = await world.firm();
    const admin = await world.ownerToken(strict);
    const { email } = await world.client(strict, admin);
    const policy = { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, admin);
    const answers: string[] = [];
    for (let n = 0; n < attemptLimits.emailCodesByAccount.attempts + attemptLimits.password.attempts + 2; n++)
      answers.push(...codesOf(await world.portalSignIn(strict, email)));
    expect(new Set(answers)).toEqual(new Set(["TOO_MANY_REQUESTS"]));
  });
});
