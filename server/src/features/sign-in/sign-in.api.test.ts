import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const VERIFY = ["verifyTwoFactor", "VerifyTwoFactorInput"] as const;
const RECOVER = ["useRecoveryCode", "UseRecoveryCodeInput"] as const;
const codesOf = (payload: Data): string[] => payload.userErrors.map(({ code }: { code: string }) => code);

describeOnBothDatabases("getting in", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const setMode = async (mode: string, of: { owner: string } = firm, token?: string) => {
    const asking = token ?? (await world.ownerToken(of));
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, asking);
    return world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "firm { securityPolicy { mode } }",
      { mode, expectedVersion: data.firm.securityPolicy.version },
      asking,
    );
  };
  /** A client of the firm with an authenticator, enrolled of their own accord. */
  const enrolledClient = async () => {
    const client = await world.client(firm, owner);
    const phone = await world.enroll({ token: client.created.result.sessionToken });
    return { ...client, ...phone };
  };
  const challengeOf = async (email: string): Promise<string> =>
    (await world.portalSignIn(firm, email)).result.challengeToken;

  it("the whole 2FA loop: asked for, mailed, created, demanded, enrolled, reset, enrolled again", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const events: string[] = [];
    const socket = world.socket(admin);
    socket.subscribe<{ auditEvents: { type: string; contact: { portalAccount: unknown } | null } }>(
      { query: "subscription { auditEvents { type contact { id portalAccount { email twoFactor { enrolled } } } } }" },
      {
        next: ({ data }) => void events.push(data?.auditEvents.type ?? ""),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    const { contactId, email, created } = await world.client(own, admin);
    expect(created.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "PASSWORD" } });
    await until(() => events.includes("ACCOUNT_CREATED"));

    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own, admin);
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer).toBeNull();

    const asked = await world.portalSignIn(own, email);
    expect(asked.result).toMatchObject({ __typename: "TwoFactorEnrollmentRequired", emailCodeRequired: true });
    const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0] ?? "";
    const phone = await world.enroll({ enrollmentToken: asked.result.enrollmentToken, emailCode });
    expect(phone.recoveryCodes).toHaveLength(10);
    await until(() => events.includes("TWO_FACTOR_ENROLLED"));

    const again = await world.portalSignIn(own, email);
    const verified = await world.signIn(...VERIFY, {
      challengeToken: again.result.challengeToken,
      code: world.freshCode(phone.secret),
    });
    expect(verified.result).toMatchObject({ __typename: "SignedIn", session: { assurance: "TWO_FACTOR" } });

    const reset = await world.mutate(
      "resetTwoFactor",
      "ContactReasonInput",
      "contact { portalAccount { twoFactor { enrolled } } }",
      { contactId, reason: "lost phone, called back on file number" },
      await world.ownerToken(own),
    );
    expect(reset.contact.portalAccount.twoFactor.enrolled).toBe(false);
    expect((await world.ask("{ viewer { __typename } }", {}, verified.result.sessionToken)).data.viewer).toBeNull();
    expect((await world.portalSignIn(own, email)).result).toMatchObject({
      __typename: "TwoFactorEnrollmentRequired",
      emailCodeRequired: true,
    });
    await world.mail(email, /two-factor authentication was reset/i);
    const { data } = await world.ask(
      "{ auditEvents(filter: { types: [TWO_FACTOR_RESET] }) { nodes { reason summary } } }",
      {},
      admin,
    );
    expect(data.auditEvents.nodes[0].reason).toBe("lost phone, called back on file number");
    await socket.dispose();
  });

  it("P01 nobody learns which addresses have accounts", async () => {
    const { email } = await world.client(firm, owner);
    const answers = await Promise.all(
      [email, "nobody@client.example", "not an address"].map((address) =>
        world.portalSignIn(firm, address, "a wrong password here"),
      ),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(codesOf(answers[0])).toEqual(["INVALID_CREDENTIALS"]);
    const other = await world.firm();
    expect(codesOf(await world.portalSignIn(other, email))).toEqual(["INVALID_CREDENTIALS"]);
  });

  it("P04 two passwords that differ anywhere are different, also past 72 bytes", async () => {
    const { id, email } = await world.contact(owner);
    expect(id).toMatch(/^con_/);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const password = `${"🦊🐻🐼🦁🐯🐸🐵🐔🐧🐦".repeat(6)} the end`;
    await world.signIn("createPortalAccount", "CreatePortalAccountInput", { confirmationToken, password });
    expect(codesOf(await world.portalSignIn(firm, email, password.replace("the end", "the END")))).toEqual([
      "INVALID_CREDENTIALS",
    ]);
    expect((await world.portalSignIn(firm, email, password)).result.__typename).toBe("SignedIn");
  });

  it("P07 wrong passwords make password sign-in wait, and nothing else", async () => {
    const { email, secret } = await enrolledClient();
    const challengeToken = await challengeOf(email);
    for (let tries = 0; tries < 10; tries++)
      expect(codesOf(await world.portalSignIn(firm, email, "a wrong password here"))).toEqual(["INVALID_CREDENTIALS"]);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    expect((await world.signIn(...VERIFY, { challengeToken, code: world.freshCode(secret) })).result.__typename).toBe(
      "SignedIn",
    );
    world.forward({ minutes: 1 });
    expect((await world.portalSignIn(firm, email)).result.__typename).toBe("TwoFactorRequired");
  });

  it("P07 two hundred parallel guesses are ten", async () => {
    const { email } = await world.client(firm, owner);
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => world.portalSignIn(firm, email, "a wrong password here")),
    );
    expect(answers.filter((answer) => codesOf(answer)[0] === "INVALID_CREDENTIALS")).toHaveLength(10);
  });

  it("P12 a weak password is refused with its reason, and the mailed link stays good", async () => {
    const { email } = await world.contact(owner);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const tried = await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: "Test&Sons Test&Sons 1",
    });
    expect(tried.userErrors[0]).toMatchObject({ code: "WEAK_PASSWORD", field: ["input", "password"] });
    expect(
      (
        await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        })
      ).result.__typename,
    ).toBe("SignedIn");
    expect(
      codesOf(
        await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
      ),
    ).toEqual(["TOKEN_INVALID"]);
  });

  it("T02 a code is good once: for another sign-in, and for another purpose", async () => {
    const { email, secret } = await enrolledClient();
    const [first, second] = [await challengeOf(email), await challengeOf(email)];
    const code = world.freshCode(secret);
    const signedIn = await world.signIn(...VERIFY, { challengeToken: first, code });
    expect(signedIn.result.__typename).toBe("SignedIn");
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: second, code }))).toEqual(["INVALID_CODE"]);
    expect(
      codesOf(
        await world.mutate(
          "disableTwoFactor",
          "CodeInput",
          "twoFactor { enrolled }",
          { code },
          signedIn.result.sessionToken,
        ),
      ),
    ).toEqual(["INVALID_CODE"]);
  });

  it("T03 twenty parallel requests with one code open one session", async () => {
    const { email, secret } = await enrolledClient();
    const challenges = [await challengeOf(email), await challengeOf(email)];
    const code = world.freshCode(secret);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.signIn(...VERIFY, { challengeToken: challenges[n % 2], code })),
    );
    expect(answers.filter((answer) => answer.result?.__typename === "SignedIn")).toHaveLength(1);
  });

  // SQLite serves one instance.
  if (database.name === "mysql")
    it("T03 and R01 hold over two instances on one database", async () => {
      const { email, secret, recoveryCodes } = await enrolledClient();
      const other = await World.start(database.url());
      try {
        const challenges = await Promise.all(Array.from({ length: 4 }, () => challengeOf(email)));
        const code = world.freshCode(secret);
        other.forward({ seconds: (world.now() - other.now()) / 1000 });
        const spend = ([name, input]: readonly [string, string], given: string) =>
          Promise.all(
            Array.from({ length: 20 }, (_, n) =>
              (n % 2 ? world : other).signIn(name, input, { challengeToken: challenges[n % 4], code: given }),
            ),
          );
        const opened = (answers: Data[]) => answers.filter(({ result }) => result?.__typename === "SignedIn").length;
        expect(opened(await spend(VERIFY, code))).toBe(1);
        await world.app.work.do((unit) =>
          unit.affected("UPDATE two_factor_states SET consecutiveFailures = 0, lockedUntil = NULL", []),
        );
        const more = await Promise.all(Array.from({ length: 4 }, () => challengeOf(email)));
        challenges.splice(0, 4, ...more);
        expect(opened(await spend(RECOVER, recoveryCodes[0] ?? ""))).toBe(1);
      } finally {
        await other.stop();
      }
    });

  it("T04 and T07 codes one step off are good, two are not, and steps only go up", async () => {
    const { email, secret } = await enrolledClient();
    const verify = async (steps: number) =>
      world.signIn(...VERIFY, { challengeToken: await challengeOf(email), code: world.code(secret, steps) });
    world.forward({ minutes: 5 });
    for (const steps of [-2, 2]) {
      world.forwardToNewStep();
      expect(codesOf(await verify(steps))).toEqual(["INVALID_CODE"]);
    }
    world.forwardToNewStep();
    for (const steps of [-1, 0, 1]) expect((await verify(steps)).result?.__typename).toBe("SignedIn");
    expect(codesOf(await verify(0))).toEqual(["INVALID_CODE"]);
  });

  it("T09 a challenge dies at five wrong codes, the second factor locks at ten, and the firm unlocks it", async () => {
    const { email, secret, recoveryCodes, contactId } = await enrolledClient();
    const [first, second] = [await challengeOf(email), await challengeOf(email)];
    world.forward({ seconds: 31 });
    for (let tries = 0; tries < 5; tries++)
      expect(codesOf(await world.signIn(...VERIFY, { challengeToken: first, code: "000000" }))).toEqual([
        "INVALID_CODE",
      ]);
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: first, code: world.code(secret) }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    for (let tries = 0; tries < 4; tries++)
      await world.signIn(...RECOVER, { challengeToken: second, code: "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF" });
    expect(
      codesOf(await world.signIn(...RECOVER, { challengeToken: second, code: "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF" })),
    ).toEqual(["ACCOUNT_LOCKED"]);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { portalAccount { lockedUntil } } }",
      { id: contactId },
      await world.ownerToken(firm),
    );
    expect(Date.parse(data.contact.portalAccount.lockedUntil)).toBeGreaterThan(world.now());
    await world.mutate(
      "unlockPortalAccount",
      "ContactIdInput",
      "contact { id }",
      { contactId },
      await world.ownerToken(firm),
    );
    expect(
      (await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: recoveryCodes[0] })).result
        .__typename,
    ).toBe("SignedIn");
  });

  it("T11 a half-done sign-in is no session", async () => {
    const { email } = await enrolledClient();
    const half = await challengeOf(email);
    const tries = [
      "{ viewer { __typename } }",
      "mutation { beginTwoFactorEnrollment(input: {}) { enrollment { secret } userErrors { code } } }",
      'mutation { disableTwoFactor(input: { code: "000000" }) { userErrors { code } } }',
      'mutation { regenerateRecoveryCodes(input: { code: "000000" }) { recoveryCodes userErrors { code } } }',
      "{ apiKeys { id } }",
    ];
    for (const query of tries) {
      const { data, errors } = await world.ask(query, {}, half);
      expect(errors?.[0]?.extensions.code ?? data.viewer).toBe(errors ? "UNAUTHENTICATED" : null);
    }
    expect(
      codesOf(
        await world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
          enrollmentToken: half,
        }),
      ),
    ).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("T13 and T14 only the server's newest pending secret can be confirmed, for ten minutes", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const begin = async () =>
      (
        await world.mutate(
          "beginTwoFactorEnrollment",
          "BeginTwoFactorEnrollmentInput",
          "enrollment { secret }",
          {},
          token,
        )
      ).enrollment.secret;
    const confirm = (code: string) =>
      world.mutate("confirmTwoFactorEnrollment", "ConfirmTwoFactorEnrollmentInput", "recoveryCodes", { code }, token);
    const [first, second] = [await begin(), await begin()];
    expect(codesOf(await confirm(world.code(first)))).toEqual(["INVALID_CODE"]);
    const own = await world.ask(
      'mutation { confirmTwoFactorEnrollment(input: { code: "000000", secret: "JBSWY3DPEHPK3PXP" }) { recoveryCodes } }',
      {},
      token,
    );
    expect(own.status).toBe(400);
    world.forwardToNewStep();
    expect(codesOf(await confirm(world.code(second, 8)))).toEqual(["INVALID_CODE"]);
    expect((await confirm(world.code(second, -8))).userErrors[0].message).toMatch(/4 minutes behind/);
    world.forward({ minutes: 11 });
    expect(codesOf(await confirm(world.code(second)))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("T19 a stolen password enrols nobody's phone without the mailbox", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const { email } = await world.client(own, admin);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own, admin);
    const { enrollmentToken } = (await world.portalSignIn(own, email)).result;
    const begin = (emailCode?: string) =>
      world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
        enrollmentToken,
        emailCode,
      });
    expect(codesOf(await begin())).toEqual(["EMAIL_CODE_REQUIRED"]);
    for (let tries = 0; tries < 5; tries++) expect(codesOf(await begin("000000"))).toEqual(["EMAIL_CODE_REQUIRED"]);
    const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0];
    expect(codesOf(await begin(emailCode))).toEqual(["CHALLENGE_EXPIRED"]);
  });

  it("R01 and R03 a recovery code works once, also for twenty at the same moment, in any spelling, and only after the password", async () => {
    const { email, recoveryCodes } = await enrolledClient();
    const [code = "", next = ""] = recoveryCodes;
    expect(codesOf(await world.signIn(...RECOVER, { challengeToken: "gch_nothing", code }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    const challenges = [
      await challengeOf(email),
      await challengeOf(email),
      await challengeOf(email),
      await challengeOf(email),
    ];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => world.signIn(...RECOVER, { challengeToken: challenges[n % 4], code })),
    );
    expect(answers.filter((answer) => answer.result?.__typename === "SignedIn")).toHaveLength(1);
    const spelled = next.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l");
    const signedIn = await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: spelled });
    const { data } = await world.ask(
      "{ viewer { ... on PortalViewer { account { twoFactor { enrolled recoveryCodesRemaining } } } } }",
      {},
      signedIn.result.sessionToken,
    );
    expect(data.viewer.account.twoFactor).toEqual({ enrolled: true, recoveryCodesRemaining: 8 });
    await world.mail(email, /recovery code was used/i);
  });

  it("R04 new recovery codes need a fresh sign-in and a code, and void the old ones", async () => {
    const { email, secret, recoveryCodes } = await enrolledClient();
    const { result } = await world.signIn(...VERIFY, {
      challengeToken: await challengeOf(email),
      code: world.freshCode(secret),
    });
    const regenerate = (code: string) =>
      world.mutate("regenerateRecoveryCodes", "CodeInput", "recoveryCodes", { code }, result.sessionToken);
    expect((await regenerate(world.freshCode(secret))).recoveryCodes).toHaveLength(10);
    expect(
      codesOf(await world.signIn(...RECOVER, { challengeToken: await challengeOf(email), code: recoveryCodes[0] })),
    ).toEqual(["INVALID_CODE"]);
    world.forward({ minutes: 11 });
    expect(codesOf(await regenerate(world.code(secret)))).toEqual(["STEP_UP_REQUIRED"]);
  });

  it("R09 a password reset by mail ends every session and still asks for the code", async () => {
    const { email, created, secret } = await enrolledClient();
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const resetToken = await world.mailedToken(email, /Reset your password/);
    const newPassword = "another long password";
    const reset = await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword });
    expect(reset.result.__typename).toBe("TwoFactorRequired");
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer).toBeNull();
    expect(
      (await world.signIn(...VERIFY, { challengeToken: reset.result.challengeToken, code: world.freshCode(secret) }))
        .result.__typename,
    ).toBe("SignedIn");
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["INVALID_CREDENTIALS"]);
    expect(codesOf(await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword }))).toEqual([
      "TOKEN_INVALID",
    ]);
  });

  it("S08 changing the password ends the other sessions", async () => {
    const { email, created } = await world.client(firm, owner);
    const other = (await world.portalSignIn(firm, email)).result.sessionToken;
    const changed = await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "session { id }",
      { currentPassword: CLIENT_PASSWORD, newPassword: "another long password" },
      created.result.sessionToken,
    );
    expect(changed.session.id).toMatch(/^ses_/);
    expect((await world.ask("{ viewer { __typename } }", {}, other)).data.viewer).toBeNull();
    expect((await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer.__typename).toBe(
      "PortalViewer",
    );
  });

  it("S01, S02 and S05 a browser's session is one HttpOnly cookie, new at each step, dead after signing out", async () => {
    const origin = world.app.publicUrl;
    const signIn = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { result { ... on SignedIn { sessionToken } } userErrors { code } } }",
      { input: { email: firm.owner, password: OWNER_PASSWORD } },
      undefined,
      { origin, cookie: "gatehouse_team=attackers" },
    );
    const cookie = signIn.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^gatehouse_team=gts_[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/);
    expect(signIn.data.teamSignIn.result.sessionToken).toBeNull();
    const pair = cookie.split(";")[0] ?? "";
    expect(JSON.stringify(signIn.data)).not.toContain(pair.split("=")[1]);
    const stepUp = await world.ask(
      "mutation($input: StepUpInput!) { stepUp(input: $input) { session { id } userErrors { code } } }",
      { input: { password: OWNER_PASSWORD } },
      undefined,
      { origin, cookie: pair },
    );
    const renewed = (stepUp.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect(renewed).not.toBe(pair);
    const viewer = async (with_: string) =>
      (await world.ask("{ viewer { __typename } }", {}, undefined, { origin, cookie: with_ })).data.viewer;
    expect(await viewer(pair)).toBeNull();
    expect((await viewer(renewed)).__typename).toBe("TeamMember");
    await world.ask("mutation { signOut { userErrors { code } } }", {}, undefined, { origin, cookie: renewed });
    expect(await viewer(renewed)).toBeNull();
    const token = await world.ask(
      "mutation($input: TeamSignInInput!) { teamSignIn(input: $input) { userErrors { code } } }",
      { input: { email: firm.owner, password: OWNER_PASSWORD, transport: "TOKEN" } },
      undefined,
      { origin },
    );
    expect(codesOf(token.data.teamSignIn)).toEqual(["INVALID_INPUT"]);
  });

  it("S03 a session ends after half an hour without use, and after twelve hours at the latest", async () => {
    const { created } = await world.client(firm, owner);
    const viewer = async () =>
      (await world.ask("{ viewer { __typename } }", {}, created.result.sessionToken)).data.viewer;
    const found: unknown[] = [];
    for (let used = 0; used < 29; used++) {
      world.forward({ minutes: 25 });
      found.push(await viewer());
    }
    expect(found.slice(0, 28)).not.toContain(null);
    expect(found[28]).toBeNull();
    const fresh = (await world.client(firm, await world.ownerToken(firm))).created.result.sessionToken;
    world.forward({ minutes: 31 });
    expect((await world.ask("{ viewer { __typename } }", {}, fresh)).data.viewer).toBeNull();
  });

  it("B01 and B03 the plan decides which modes can be chosen; losing it never switches enforcement off", async () => {
    const small = await world.firm("TEAM");
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const large = await world.firm("ENTERPRISE");
    const { email } = await world.client(large, await world.ownerToken(large));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", large);
    await world.app.work.do((unit) => unit.affected("UPDATE firms SET plan = 'TEAM' WHERE id = ?", [large.id]));
    expect((await world.portalSignIn(large, email)).result.__typename).toBe("TwoFactorEnrollmentRequired");
    expect((await setMode("MAGIC_LINK_AND_LOGIN", large)).userErrors).toEqual([]);
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", large))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
  });

  it("B04 link-only ends password sessions at once, and accounts wake up as they were", async () => {
    const own = await world.firm();
    const { email, created } = await world.client(own, await world.ownerToken(own));
    const token = created.result.sessionToken;
    await setMode("MAGIC_LINK_ONLY", own);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data.viewer).toBeNull();
    expect(codesOf(await world.portalSignIn(own, email))).toEqual(["LOGIN_DISABLED"]);
    await setMode("MAGIC_LINK_AND_LOGIN", own);
    expect((await world.ask("{ viewer { __typename } }", {}, token)).data.viewer).toBeNull();
    expect((await world.portalSignIn(own, email)).result.__typename).toBe("SignedIn");
  });

  it("announced 2FA lets clients in with a reminder until its day, and asks from then on", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const { created } = await world.client(own, admin);
    const token = created.result.sessionToken;
    const enforcedFrom = new Date(world.now() + 20 * 60_000).toISOString();
    const change = { mode: "MAGIC_LINK_AND_LOGIN_2FA", enforcedFrom, expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", change, admin);
    const dueAt = async () =>
      (await world.ask("{ viewer { ... on PortalViewer { twoFactorDueAt } } }", {}, token)).data.viewer?.twoFactorDueAt;
    expect(await dueAt()).toBe(enforcedFrom);
    world.forward({ minutes: 19 });
    expect(await dueAt()).toBe(enforcedFrom);
    world.forward({ minutes: 2 });
    expect(await dueAt()).toBeUndefined();
  });

  it("B06 of two admins who change the policy at once, one wins whole", async () => {
    const own = await world.firm();
    const token = await world.ownerToken(own);
    const change = (mode: string) =>
      world.mutate(
        "updateSecurityPolicy",
        "UpdateSecurityPolicyInput",
        "firm { id }",
        { mode, expectedVersion: 1 },
        token,
      );
    const answers = await Promise.all([change("MAGIC_LINK_ONLY"), change("MAGIC_LINK_AND_LOGIN_2FA")]);
    expect(answers.flatMap(codesOf)).toEqual(["VERSION_CONFLICT"]);
  });

  it("team members enrol by the same code, and are asked for it whatever the firm asks of its clients", async () => {
    const own = await world.firm("TEAM");
    const token = await world.ownerToken(own);
    const { secret } = await world.enroll({ token });
    const asked = await world.signIn("teamSignIn", "TeamSignInInput", { email: own.owner, password: OWNER_PASSWORD });
    expect(asked.result.__typename).toBe("TwoFactorRequired");
    expect(
      (await world.signIn(...VERIFY, { challengeToken: asked.result.challengeToken, code: world.freshCode(secret) }))
        .result.__typename,
    ).toBe("SignedIn");
  });
});
