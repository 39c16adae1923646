import { afterAll, beforeAll, beforeEach, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, until, World, type Data } from "../../testing/world.js";

const SKEW = { seconds: 60 };

describeOnDatabases("C07 two instances whose clocks are a minute apart", (database) => {
  /** Its clock is right; the other's is ahead. */
  let right: World;
  let ahead: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    right = await World.start(database.url());
    ahead = await World.start(database.url());
    ahead.forward(SKEW);
  });
  beforeEach(async () => {
    firm = await right.firm();
    owner = await right.ownerToken(firm);
    // The codes of a test belong to the steps that it names.
    const before = right.now();
    right.forwardToNewStep();
    ahead.forward({ seconds: (right.now() - before) / 1000 });
  });
  afterAll(async () => {
    await right.stop();
    await ahead.stop();
  });

  const enrolled = async () => {
    const { email, created } = await right.client(firm, owner);
    const { secret } = await right.enroll({ token: created.result.sessionToken });
    // The step of the enrollment is spent.
    for (const world of [right, ahead]) world.forward({ minutes: 2 });
    return { email, secret };
  };
  const verify = async (world: World, email: string, code: string): Promise<string> => {
    const { result } = await world.portalSignIn(firm, email);
    const { challengeToken } = result;
    const answer = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
    return answer.userErrors[0]?.code ?? answer.result.__typename;
  };

  it("a code that one accepted is worthless at the other, and so is any earlier one", async () => {
    const { email, secret } = await enrolled();
    // Three steps ahead by the right clock, and so the next one by the other.
    const [earlier, accepted, later] = [right.code(secret, 2), right.code(secret, 3), right.code(secret, 4)];
    expect(await verify(right, email, accepted)).toBe("INVALID_CODE");
    expect(await verify(ahead, email, accepted)).toBe("SignedIn");
    for (const world of [ahead, right])
      for (const code of [accepted, earlier]) expect(await verify(world, email, code)).toBe("INVALID_CODE");
    // Nobody is locked out for longer than the difference.
    for (const world of [right, ahead]) world.forward({ minutes: 1 });
    expect(await verify(right, email, accepted)).toBe("INVALID_CODE");
    right.forward({ seconds: 30 });
    ahead.forward({ seconds: 30 });
    expect(await verify(right, email, later)).toBe("SignedIn");
  });

  it("a clock that is set back or forward lets no code be used again", async () => {
    const { email, secret } = await enrolled();
    const code = right.code(secret);
    expect(await verify(right, email, code)).toBe("SignedIn");
    for (const seconds of [-90, 90, 90, -90]) {
      right.forward({ seconds });
      expect(await verify(right, email, code)).toBe("INVALID_CODE");
    }
  });

  it("ten wrong codes are checked across both, and then both refuse the right one", async () => {
    const { email, secret } = await enrolled();
    const codes: string[] = [];
    for (let n = 0; n < 10; n++) codes.push(await verify(n % 2 ? right : ahead, email, "000000"));
    expect(codes.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => "INVALID_CODE"));
    for (const world of [right, ahead]) {
      const signedIn = await world.portalSignIn(firm, email);
      const answer = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken: signedIn.result?.challengeToken ?? "none",
        code: world.code(secret),
      });
      expect(answer.result).toBeNull();
    }
  });

  it("a mailed link works at both from the moment it is sent, once, and expires at both within its time and the difference", async () => {
    const { email } = await right.client(firm, owner);
    const ask = () =>
      ahead.mutate("requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const reset = (world: World, resetToken: string) =>
      world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: "a newly chosen password" });
    await ask();
    const used = await right.mailedToken(email, /Reset your password/);
    expect((await reset(right, used)).result.__typename).toBe("SignedIn");
    for (const world of [right, ahead]) expect((await reset(world, used)).userErrors[0].code).toBe("TOKEN_INVALID");

    for (const world of [right, ahead]) world.forward({ minutes: 30 });
    const since = (await right.mails(email)).length;
    await ask();
    await until(async () => (await right.mails(email)).length > since);
    const late = await right.mailedToken(email, /Reset your password/);
    for (const world of [right, ahead]) world.forward({ minutes: 61 });
    right.forward({ seconds: 1 });
    for (const world of [right, ahead]) expect((await reset(world, late)).userErrors[0].code).toBe("TOKEN_INVALID");
  });

  it("a session that one opens is valid at the other, and ends at both within its time and the difference", async () => {
    const { created } = await ahead.client(firm, owner);
    const token = created.result.sessionToken;
    const viewer = async (world: World) => (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer;
    for (const world of [right, ahead]) expect(await viewer(world)).not.toBeNull();
    for (const world of [right, ahead]) world.forward({ minutes: 32 });
    for (const world of [right, ahead]) expect(await viewer(world)).toBeNull();
  });
});

describeOnDatabases("X34 a clock that was three days ahead, and was set right", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const DAYS = 3 * 24 * 60;
  const client = async () => {
    const { email, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    world.forward({ minutes: 2 });
    return { email, secret };
  };
  const verify = (challengeToken: string, code: string): Promise<Data> =>
    world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });

  it("makes nobody wait longer than a few minutes, and keeps no code from counting", async () => {
    const [guessed, locked, used] = [await client(), await client(), await client()];
    world.forward({ minutes: DAYS });
    for (let n = 0; n < 11; n++) await world.portalSignIn(firm, guessed.email, "a wrong long password");
    expect(codesOf(await world.portalSignIn(firm, guessed.email))).toEqual(["ACCOUNT_LOCKED"]);
    for (let challenge = 0; challenge < 2; challenge++) {
      const { result } = await world.portalSignIn(firm, locked.email);
      for (let n = 0; n < 5; n++) await verify(result.challengeToken, "000000");
    }
    expect(codesOf(await world.portalSignIn(firm, locked.email))).toEqual(["ACCOUNT_LOCKED"]);
    const { result } = await world.portalSignIn(firm, used.email);
    expect((await verify(result.challengeToken, world.code(used.secret))).result.__typename).toBe("SignedIn");

    world.forward({ minutes: -DAYS });
    for (const { email, secret } of [guessed, locked, used]) {
      const again = await world.portalSignIn(firm, email);
      expect(again.userErrors).toEqual([]);
      expect((await verify(again.result.challengeToken, world.code(secret))).result.__typename).toBe("SignedIn");
    }
  });

  it("makes no session fresh for as long as it was ahead", async () => {
    world.forward({ minutes: DAYS });
    const early = await world.ownerToken(firm);
    world.forward({ minutes: -DAYS });
    const { userErrors } = await world.mutate(
      "createApiKey",
      "CreateApiKeyInput",
      "token",
      { name: "Too early", scopes: ["AUDIT_READ"] },
      early,
    );
    expect(codesOf({ userErrors })).toEqual(["STEP_UP_REQUIRED"]);
  });
});
