import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { setCookieOf } from "../../testing/api.js";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { VERIFY, signInSteps } from "../../testing/sign-in-steps.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World } from "../../testing/world.js";

describeOnBothDatabases("getting in, and staying in", (database) => {
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

  it("R09 a password reset by mail ends every session and still requires the code", async () => {
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

  it("M12 a mailed reset link is void after a change of the password, the mode or the account", async () => {
    const own = await world.firm();
    const admin = await world.ownerToken(own);
    const withLink = async () => {
      const client = await world.client(own, admin);
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", {
        firmSlug: own.slug,
        email: client.email,
      });
      return { ...client, resetToken: await world.mailedToken(client.email, /Reset your password/) };
    };
    const use = async ({ resetToken }: { resetToken: string }) =>
      codesOf(
        await world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "another long password" }),
      );
    const [changed, deleted, waiting] = [await withLink(), await withLink(), await withLink()];
    const change = { currentPassword: CLIENT_PASSWORD, newPassword: "another long password" };
    await world.mutate(
      "changePassword",
      "ChangePasswordInput",
      "session { id }",
      change,
      changed.created.result.sessionToken,
    );
    expect(await use(changed)).toEqual(["TOKEN_INVALID"]);
    const { contactId } = deleted;
    await world.mutate(
      "deletePortalAccount",
      "ContactReasonInput",
      "contact { id }",
      { contactId, reason: "left" },
      admin,
    );
    expect(await use(deleted)).toEqual(["TOKEN_INVALID"]);
    await setMode("MAGIC_LINK_ONLY", own);
    expect(await use(waiting)).toEqual(["LOGIN_DISABLED"]);
  });

  it("M04 what is mailed is valid until its time is up, and not two seconds longer", async () => {
    const own = await world.firm();
    const reset = async (secondsLater: number) => {
      const { email } = await world.client(own, await world.ownerToken(own));
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: own.slug, email });
      const resetToken = await world.mailedToken(email, /Reset your password/);
      world.forward({ seconds: secondsLater });
      return world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "another long password" });
    };
    expect((await reset(60 * 60 - 20)).result.__typename).toBe("SignedIn");
    expect(codesOf(await reset(60 * 60 + 1))).toEqual(["TOKEN_INVALID"]);

    const create = async (secondsLater: number) => {
      const { email } = await world.contact(await world.ownerToken(own));
      await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: own.slug, email });
      const confirmationToken = await world.mailedToken(email, /Create your account/);
      world.forward({ seconds: secondsLater });
      return world.signIn("createPortalAccount", "CreatePortalAccountInput", {
        confirmationToken,
        password: CLIENT_PASSWORD,
      });
    };
    expect((await create(24 * 60 * 60 - 20)).result.__typename).toBe("SignedIn");
    expect(codesOf(await create(24 * 60 * 60 + 1))).toEqual(["TOKEN_INVALID"]);

    // The code for setting up a phone: ten minutes.
    const clients = [];
    for (let n = 0; n < 2; n++) clients.push(await world.client(own, await world.ownerToken(own)));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", own);
    const began: string[][] = [];
    for (const [{ email }, secondsLater] of [
      [clients[0], 10 * 60 - 20],
      [clients[1], 10 * 60 + 1],
    ] as [{ email: string }, number][]) {
      const { enrollmentToken } = (await world.portalSignIn(own, email)).result;
      const emailCode = /\b\d{6}\b/.exec((await world.mail(email, /code/i)).text)?.[0];
      world.forward({ seconds: secondsLater });
      began.push(
        codesOf(
          await world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
            enrollmentToken,
            emailCode,
          }),
        ),
      );
    }
    expect(began).toEqual([[], ["CHALLENGE_EXPIRED"]]);
    owner = await world.ownerToken(firm);
  });

  it("S08 setting up or removing an authenticator ends the other sessions", async () => {
    const { email, created } = await world.client(firm, owner);
    const here = created.result.sessionToken;
    const viewer = async (token: string) => (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer;
    const elsewhere = (await world.portalSignIn(firm, email)).result.sessionToken;
    const { secret } = await world.enroll({ token: here });
    expect([await viewer(elsewhere), (await viewer(here)).__typename]).toEqual([null, "PortalViewer"]);
    const again = await world.signIn(...VERIFY, {
      challengeToken: await challengeOf(email),
      code: world.freshCode(secret),
    });
    const off = { code: world.freshCode(secret) };
    expect(
      (await world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", off, here)).userErrors,
    ).toEqual([]);
    expect([await viewer(again.result.sessionToken), (await viewer(here)).__typename]).toEqual([null, "PortalViewer"]);
    await world.mail(email, /is off/i);
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
    const cookie = setCookieOf(signIn.headers, "team");
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
    const renewed = setCookieOf(stepUp.headers, "team").split(";")[0] ?? "";
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
    const smallOwner = await world.ownerToken(small);
    const key = await world.key(smallOwner, ["POLICY_WRITE"]);
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small, key))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const twice = await world.ask(
      `mutation { ${["a", "b"].map((alias) => `${alias}: updateSecurityPolicy(input: { mode: MAGIC_LINK_AND_LOGIN_2FA, expectedVersion: 1 }) { userErrors { code } }`).join(" ")} }`,
      {},
      smallOwner,
    );
    expect([twice.data.a, twice.data.b].flatMap(codesOf)).toEqual(["PLAN_UPGRADE_REQUIRED", "PLAN_UPGRADE_REQUIRED"]);
    // A tab that still shows what the plan included before.
    await world.app.work.do((unit) =>
      unit.manager.query("UPDATE firms SET plan = 'BUSINESS' WHERE id = ?", [small.id]),
    );
    const offered = await world.ask("{ firm { securityPolicy { availableModes } } }", {}, smallOwner);
    expect(offered.data.firm.securityPolicy.availableModes).toContain("MAGIC_LINK_AND_LOGIN_2FA");
    await world.app.work.do((unit) => unit.manager.query("UPDATE firms SET plan = 'TEAM' WHERE id = ?", [small.id]));
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", small, smallOwner))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
    const { data } = await world.ask("{ firm { securityPolicy { mode version } } }", {}, smallOwner);
    expect(data.firm.securityPolicy).toEqual({ mode: "MAGIC_LINK_AND_LOGIN", version: 1 });
    const large = await world.firm("ENTERPRISE");
    const { email } = await world.client(large, await world.ownerToken(large));
    await setMode("MAGIC_LINK_AND_LOGIN_2FA", large);
    await world.app.work.do((unit) => unit.manager.query("UPDATE firms SET plan = 'TEAM' WHERE id = ?", [large.id]));
    expect((await world.portalSignIn(large, email)).result.__typename).toBe("TwoFactorEnrollmentRequired");
    expect((await setMode("MAGIC_LINK_AND_LOGIN", large)).userErrors).toEqual([]);
    expect(codesOf(await setMode("MAGIC_LINK_AND_LOGIN_2FA", large))).toEqual(["PLAN_UPGRADE_REQUIRED"]);
  });

  it("B04 link-only ends password sessions at once, and accounts return as they were", async () => {
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

  it("announced 2FA lets clients in with a reminder until its day, and is required from then on", async () => {
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

  it("B06 of two admins who change the policy at once, exactly one wins", async () => {
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
    const seen: string[] = [];
    const socket = world.socket(token);
    socket.subscribe<{ auditEvents: { type: string; summary: string } }>(
      { query: "subscription { auditEvents { type summary } }" },
      {
        next: ({ data }) => void seen.push(data?.auditEvents.summary ?? ""),
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await until(async () => {
      await world.contact(token, "Here?");
      return seen.length > 0;
    });
    const modes = ["MAGIC_LINK_ONLY", "MAGIC_LINK_AND_LOGIN_2FA"];
    const answers = await Promise.all(modes.map(change));
    expect(answers.flatMap(codesOf)).toEqual(["VERSION_CONFLICT"]);
    const winner = modes[answers.findIndex(({ userErrors }) => userErrors.length === 0)];
    const { data } = await world.ask(
      "{ firm { securityPolicy { mode version } } auditEvents(first: 1, filter: { types: [SECURITY_POLICY_CHANGED] }) { nodes { summary } } }",
      {},
      token,
    );
    expect(data.firm.securityPolicy).toEqual({ mode: winner, version: 2 });
    // Subscribers receive the event of the one that holds, once.
    await world.contact(token, "The end");
    await until(() => seen.at(-1)?.includes("The end"));
    const outcome = data.auditEvents.nodes[0].summary;
    expect(seen.filter((summary) => !summary.includes("Here?"))).toEqual([outcome, expect.stringContaining("The end")]);
    await socket.dispose();
  });

  it("team members enroll with the same code, and need it whatever the firm requires of its clients", async () => {
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
