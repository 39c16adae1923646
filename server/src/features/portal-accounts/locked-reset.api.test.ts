import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password of mine";

describeOnDatabases("X12 a new password while the second factor is locked", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;
  const reset = (input: { resetToken: string; newPassword: string }): Promise<Data> =>
    world.signIn("resetPassword", "ResetPasswordInput", input);
  const resetTokenOf = async (email: string) => {
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    return world.mailedToken(email, /Reset your password/);
  };
  const verify = (challengeToken: string, code: string): Promise<Data> =>
    world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
  const setMode = async (mode: string) => {
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
    const input = { mode, expectedVersion: data.firm.securityPolicy.version };
    const { userErrors } = await world.mutate(
      "updateSecurityPolicy",
      "UpdateSecurityPolicyInput",
      "__typename",
      input,
      owner,
    );
    expect(userErrors).toEqual([]);
  };
  /** Ten wrong codes, by somebody who knows the password. */
  const lock = async (challengeOf: () => Promise<string>) => {
    let last: string[] = [];
    for (let tries = 0; tries < 10;) {
      const challenge = await challengeOf();
      for (let n = 0; n < 5; n++, tries++) last = codesOf(await verify(challenge, "000000"));
    }
    expect(last).toEqual(["ACCOUNT_LOCKED"]);
  };

  it("is kept: the stolen one stops working, everybody is out, the owner is notified, and the code is required once the lock ends", async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    const own = created.result.sessionToken as string;
    const { secret } = await world.enroll({ token: own });
    await lock(async () => (await world.portalSignIn(firm, email)).result.challengeToken);

    const input = { resetToken: await resetTokenOf(email), newPassword: NEW_PASSWORD };
    const answer = await reset(input);
    expect(codesOf(await world.portalSignIn(firm, email, CLIENT_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
    expect(await isSignedIn(own)).toBe(false);
    expect(answer.result).toBeNull();
    expect(answer.userErrors).toEqual([
      {
        code: "ACCOUNT_LOCKED",
        field: null,
        message: expect.stringMatching(/^Your new password is set.* in 15 minutes /),
      },
    ]);
    // The lock is the second factor's: a new password does not lift it.
    expect(codesOf(await world.portalSignIn(firm, email, NEW_PASSWORD))).toEqual(["ACCOUNT_LOCKED"]);
    expect(codesOf(await reset(input))).toEqual(["TOKEN_INVALID"]);
    await world.mail(email, /password was changed/);
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents(first: 5) { nodes { type } } } }",
      { id: contactId },
      owner,
    );
    expect(data.contact.auditEvents.nodes).toContainEqual({ type: "PASSWORD_CHANGED" });

    world.forward({ minutes: 16 });
    const { challengeToken } = (await world.portalSignIn(firm, email, NEW_PASSWORD)).result;
    expect((await verify(challengeToken, world.freshCode(secret))).result.__typename).toBe("SignedIn");
    owner = await world.ownerToken(firm);
  });

  it("is kept for a colleague too", async () => {
    const email = await world.member(firm.id, "ADMIN");
    const own = await world.ownerToken({ owner: email });
    const { secret } = await world.enroll({ token: own });
    const signIn = (password: string): Promise<Data> =>
      world.signIn("teamSignIn", "TeamSignInInput", { email, password });
    await lock(async () => (await signIn(OWNER_PASSWORD)).result.challengeToken);
    const { data } = await world.ask("{ teamMembers { id email } }", {}, owner);
    const memberId = data.teamMembers.find((member: { email: string }) => member.email === email).id;
    await world.mutate("sendTeamPasswordLink", "TeamMemberIdInput", "teamMember { id }", { memberId }, owner);
    const token = await world.mailedToken(email, /password/);
    const chosen = await world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", {
      token,
      password: NEW_PASSWORD,
    });
    expect([chosen.result, codesOf(chosen)]).toEqual([null, ["ACCOUNT_LOCKED"]]);
    expect(codesOf(await signIn(OWNER_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
    expect(await isSignedIn(own)).toBe(false);
    world.forward({ minutes: 16 });
    const { challengeToken } = (await signIn(NEW_PASSWORD)).result;
    expect((await verify(challengeToken, world.freshCode(secret))).result.__typename).toBe("SignedIn");
  });

  it("conversely, a password locked by a stranger's guesses stops neither the new one nor the code", async () => {
    owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    let last: string[] = [];
    for (let tries = 0; tries < 11; tries++)
      last = codesOf(await world.portalSignIn(firm, email, "a stranger's wild guess"));
    expect(last).toEqual(["ACCOUNT_LOCKED"]);
    expect((await verify(challengeToken, world.freshCode(secret))).result.__typename).toBe("SignedIn");
    const input = { resetToken: await resetTokenOf(email), newPassword: NEW_PASSWORD };
    const next = (await reset(input)).result;
    expect(next.__typename).toBe("TwoFactorRequired");
    expect((await verify(next.challengeToken, world.freshCode(secret))).result.__typename).toBe("SignedIn");
  });

  it("if the firm has switched to links only, the reset is refused and changes nothing, locked or not", async () => {
    owner = await world.ownerToken(firm);
    const { email, created } = await world.client(firm, owner);
    await world.enroll({ token: created.result.sessionToken });
    await lock(async () => (await world.portalSignIn(firm, email)).result.challengeToken);
    const input = { resetToken: await resetTokenOf(email), newPassword: NEW_PASSWORD };
    await setMode("MAGIC_LINK_ONLY");
    expect(codesOf(await reset(input))).toEqual(["LOGIN_DISABLED"]);
    await setMode("MAGIC_LINK_AND_LOGIN_2FA");
    // The old password is still the right one, and the link is not spent.
    expect(codesOf(await world.portalSignIn(firm, email, NEW_PASSWORD))).toEqual(["INVALID_CREDENTIALS"]);
    expect(codesOf(await world.portalSignIn(firm, email, CLIENT_PASSWORD))).toEqual(["ACCOUNT_LOCKED"]);
    expect(codesOf(await reset(input))).toEqual(["ACCOUNT_LOCKED"]);
  });
});
