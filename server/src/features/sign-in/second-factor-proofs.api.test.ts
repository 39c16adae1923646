import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { RECOVER, VERIFY, signInSteps } from "../../testing/sign-in-steps.js";
import { CLIENT_PASSWORD, codesOf, World, type Data } from "../../testing/world.js";

describeOnDatabases("getting in with a second factor", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());
  const { setMode, enrolledClient, challengeOf } = signInSteps(() => ({ world, firm, owner }));

  it("T02 a code works once: not for another sign-in, nor for another purpose", async () => {
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
  if (database.isServer)
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
        const unlock = () =>
          world.app.work.do((unit) =>
            unit.manager.query("UPDATE two_factor_states SET consecutiveFailures = 0, lockedUntil = NULL", []),
          );
        await unlock();
        const more = await Promise.all(Array.from({ length: 4 }, () => challengeOf(email)));
        challenges.splice(0, 4, ...more);
        expect(opened(await spend(RECOVER, recoveryCodes[0] ?? ""))).toBe(1);

        await unlock();
        // S02: signed out at one instance is signed out at the other.
        const { result } = await world.signIn(...RECOVER, {
          challengeToken: await challengeOf(email),
          code: recoveryCodes[1],
        });
        const viewerAt = async (at: World) =>
          (await at.ask("{ viewer { __typename } }", {}, result.sessionToken)).data.viewer;
        expect((await viewerAt(other)).__typename).toBe("PortalViewer");
        await world.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken);
        expect([await viewerAt(other), await viewerAt(world)]).toEqual([null, null]);
      } finally {
        await other.stop();
      }
    });

  it("T04 and T07 codes one step off are accepted, two are not, and steps only increase", async () => {
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

  it("T09 a challenge ends at five wrong codes, the second factor locks at ten, and the firm unlocks it", async () => {
    const { email, secret, recoveryCodes, contactId } = await enrolledClient();
    const [first, second, third] = [await challengeOf(email), await challengeOf(email), await challengeOf(email)];
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
    // Not even the right code, for a sign-in in progress.
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: third, code: world.code(secret) }))).toEqual([
      "ACCOUNT_LOCKED",
    ]);
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    // Somebody knows the password: its owner is notified.
    await world.mail(email, /locked/i);
    const lockedFor = async () => {
      const { data } = await world.ask(
        "query($id: ID!) { contact(id: $id) { portalAccount { lockedUntil } } }",
        { id: contactId },
        await world.ownerToken(firm),
      );
      return Date.parse(data.contact.portalAccount.lockedUntil) - world.now();
    };
    expect(await lockedFor()).toBeGreaterThan(14 * 60_000);
    expect(await lockedFor()).toBeLessThanOrEqual(15 * 60_000);
    // The hundredth wrong code in a row is the last one ever, until the firm helps.
    world.forward({ minutes: 16 });
    await world.app.work.do((unit) =>
      unit.manager.query(
        "UPDATE two_factor_states SET lockedUntil = NULL, lockCount = 9, consecutiveFailures = 9 WHERE lockCount = 1",
        [],
      ),
    );
    const hundredth = { challengeToken: await challengeOf(email), code: "000000" };
    expect(codesOf(await world.signIn(...VERIFY, hundredth))).toEqual(["ACCOUNT_LOCKED"]);
    expect(await lockedFor()).toBeGreaterThan(10 * 365 * 86_400_000);
    world.forward({ minutes: 3 * 24 * 60 });
    expect(codesOf(await world.portalSignIn(firm, email))).toEqual(["ACCOUNT_LOCKED"]);
    owner = await world.ownerToken(firm);
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

  it("T11 an incomplete sign-in is not a session", async () => {
    const { email } = await enrolledClient();
    const half = await challengeOf(email);
    const own = await world.firm();
    const client = await world.client(own, await world.ownerToken(own));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const { enrollmentToken } = (await world.portalSignIn(own, client.email)).result;
    const tries = [
      "{ viewer { __typename } }",
      "{ passkeys { id } }",
      "{ apiKeys { id } }",
      "{ contacts(first: 1) { totalCount } }",
      "mutation { beginTwoFactorEnrollment(input: {}) { enrollment { secret } userErrors { code } } }",
      'mutation { confirmTwoFactorEnrollment(input: { code: "000000" }) { recoveryCodes userErrors { code } } }',
      'mutation { disableTwoFactor(input: { code: "000000" }) { userErrors { code } } }',
      'mutation { regenerateRecoveryCodes(input: { code: "000000" }) { recoveryCodes userErrors { code } } }',
      "mutation { beginPasskeyRegistration { userErrors { code } } }",
      `mutation { stepUp(input: { password: "${CLIENT_PASSWORD}" }) { session { id } userErrors { code } } }`,
      `mutation { changePassword(input: { currentPassword: "${CLIENT_PASSWORD}", newPassword: "a thief's long password" }) { session { id } userErrors { code } } }`,
      'mutation { revokeSession(input: { sessionId: "ses_01m625dgsrfdref8yrhtsvjgg" }) { userErrors { code } } }',
      'mutation { createApiKey(input: { name: "x", scopes: [AUDIT_READ] }) { token userErrors { code } } }',
    ];
    for (const token of [half, enrollmentToken])
      for (const query of tries) {
        const cookie = `gatehouse_portal=${token}; gatehouse_team=${token}; gatehouse_device=${token}`;
        for (const { data, errors } of [
          await world.ask(query, {}, token),
          await world.ask(query, {}, undefined, {
            cookie,
            origin: world.app.publicUrl,
            "gatehouse-audience": "portal",
          }),
        ])
          expect([query, errors?.[0]?.extensions.code ?? data.viewer]).toEqual([
            query,
            errors ? "UNAUTHENTICATED" : null,
          ]);
      }
    // Each token works only for its own step.
    expect(codesOf(await world.signIn(...VERIFY, { challengeToken: enrollmentToken, code: "000000" }))).toEqual([
      "CHALLENGE_EXPIRED",
    ]);
    const socket = world.socket(half);
    const closed = await new Promise((resolve) =>
      socket.subscribe(
        { query: "subscription { auditEvents { id } }" },
        { next: resolve, error: resolve, complete: () => resolve("complete") },
      ),
    );
    expect(closed).toMatchObject({ code: 4403 });
    await socket.dispose();
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

  it("somebody who can write to the database cannot give a client the secret of their own phone", async () => {
    const victim = await enrolledClient();
    const thief = await enrolledClient();
    const idOf = async ({ email }: { email: string }) =>
      (
        (await world.app.work.reader.query("SELECT id FROM portal_accounts WHERE email = ?", [email])) as [
          { id: string },
        ]
      )[0].id;
    const [{ encryptedSecret }] = (await world.app.work.reader.query(
      "SELECT encryptedSecret FROM totp_credentials WHERE ownerId = ?",
      [await idOf(thief)],
    )) as [{ encryptedSecret: string }];
    const victimId = await idOf(victim);
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE totp_credentials SET encryptedSecret = ? WHERE ownerId = ?", [
        encryptedSecret,
        victimId,
      ]),
    );
    const challengeToken = await challengeOf(victim.email);
    const code = world.freshCode(thief.secret);
    await expect(world.signIn(...VERIFY, { challengeToken, code })).rejects.toThrow("INTERNAL");
  });

  it("T19 a stolen password enrolls nobody's phone without the mailbox", async () => {
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

  it("R01 and R03 a recovery code works once, even for twenty at the same moment, in any spelling, and only after the password", async () => {
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
});
