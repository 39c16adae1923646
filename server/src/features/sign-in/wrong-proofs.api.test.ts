import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnBothDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, codesOf, World } from "../../testing/world.js";

const WRONG = "not the password at all";

describeOnBothDatabases("X18 a wrong proof in an open session", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  /** What the log has about a contact, or by whom; newest first. */
  async function eventsOf(filter: object): Promise<{ type: string; summary: string }[]> {
    const { data } = await world.ask(
      "query($filter: AuditEventFilter) { auditEvents(first: 30, filter: $filter) { nodes { type summary } } }",
      { filter },
      owner,
    );
    return data.auditEvents.nodes;
  }
  const stepUp = async (token: string, input: object) =>
    codesOf(await world.mutate("stepUp", "StepUpInput", "session { id }", input, token));
  const change = async (token: string, currentPassword: string) => {
    const input = { currentPassword, newPassword: "another long password" };
    return codesOf(await world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, token));
  };

  it("is in the log with what was wrong and what it was for: at stepUp and at a change of the password", async () => {
    const { contactId, email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    expect(await stepUp(token, { password: WRONG })).toEqual(["INVALID_CREDENTIALS"]);
    expect(await change(token, WRONG)).toEqual(["INVALID_CREDENTIALS"]);
    const [second, first] = await eventsOf({ contactId });
    expect([first?.type, second?.type]).toEqual(["REAUTHENTICATION_FAILED", "REAUTHENTICATION_FAILED"]);
    expect(first?.summary).toBe(
      `A wrong password was entered in a session of Maya Fields (${email}), to confirm their identity.`,
    );
    expect(second?.summary).toBe(
      `A wrong password was entered in a session of Maya Fields (${email}), to change the password.`,
    );
    // Text that cannot be a password costs no hash, and is recorded all the same.
    expect(await stepUp(token, { password: "" })).toEqual(["INVALID_CREDENTIALS"]);
    expect((await eventsOf({ contactId })).filter(({ type }) => type === "REAUTHENTICATION_FAILED")).toHaveLength(3);
    // A right one is not recorded.
    expect(await stepUp(token, { password: CLIENT_PASSWORD })).toEqual([]);
    expect((await eventsOf({ contactId })).filter(({ type }) => type === "REAUTHENTICATION_FAILED")).toHaveLength(3);
  });

  it("of a colleague is in the log too", async () => {
    const email = await world.member(firm.id, "ADMIN");
    const token = await world.ownerToken({ owner: email });
    expect(await stepUp(token, { password: WRONG })).toEqual(["INVALID_CREDENTIALS"]);
    const [event] = await eventsOf({ types: ["REAUTHENTICATION_FAILED"] });
    expect(event?.summary).toContain(email);
  });

  it("and so is the wait that the tenth begins, as at a sign-in", async () => {
    const { contactId, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    for (let n = 0; n < 10; n++)
      expect(await (n % 2 ? stepUp(token, { password: WRONG }) : change(token, WRONG))).toEqual([
        "INVALID_CREDENTIALS",
      ]);
    expect(await stepUp(token, { password: CLIENT_PASSWORD })).toEqual(["ACCOUNT_LOCKED"]);
    const events = await eventsOf({ contactId });
    expect(events.filter(({ type }) => type === "REAUTHENTICATION_FAILED")).toHaveLength(10);
    expect(events[0]).toMatchObject({ type: "ACCOUNT_LOCKED", summary: expect.stringContaining("(password)") });
  });

  it("a wrong code is not a failed sign-in: the log says what it was for, wherever a code is required", async () => {
    const { contactId, email, created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const { secret } = await world.enroll({ token });
    const code = "000000";
    expect(await stepUp(token, { password: CLIENT_PASSWORD, code })).toEqual(["INVALID_CODE"]);
    expect(await stepUp(token, { password: CLIENT_PASSWORD, passkeyResponse: "{}" })).toEqual(["INVALID_CODE"]);
    const withCode = async (name: string, selection: string) =>
      codesOf(await world.mutate(name, "CodeInput", selection, { code }, token));
    expect(await withCode("regenerateRecoveryCodes", "recoveryCodes")).toEqual(["INVALID_CODE"]);
    expect(await withCode("disableTwoFactor", "twoFactor { enrolled }")).toEqual(["INVALID_CODE"]);
    const begin = { currentCode: code };
    const again = ["beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }"] as const;
    expect(codesOf(await world.mutate(...again, begin, token))).toEqual(["INVALID_CODE"]);
    const events = (await eventsOf({ contactId })).slice(0, 5).toReversed();
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => "REAUTHENTICATION_FAILED"));
    const inSession = `was entered in a session of Maya Fields (${email}), to`;
    expect(events.map(({ summary }) => summary)).toEqual([
      `A wrong code ${inSession} confirm their identity.`,
      `A wrong passkey ${inSession} confirm their identity.`,
      `A wrong code ${inSession} replace the recovery codes.`,
      `A wrong code ${inSession} turn off two-factor authentication.`,
      `A wrong code ${inSession} replace the authenticator.`,
    ]);
    // At a sign-in it stays what it was.
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken, code });
    expect((await eventsOf({ contactId }))[0]?.type).toBe("SIGN_IN_FAILED");
    expect(await stepUp(token, { password: CLIENT_PASSWORD, code: world.freshCode(secret) })).toEqual([]);
  });
});
