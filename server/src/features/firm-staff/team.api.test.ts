import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const PASSWORD = "a colleague's long password";

describeOnDatabases("the firm's team", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const act = (name: string, inputType: string, input: object, token = owner): Promise<Data> =>
    world.mutate(name, inputType, "teamMember { id name email role joinedAt twoFactor { enrolled } }", input, token);
  const invite = (email: string, role: string, token = owner) =>
    act("inviteTeamMember", "InviteTeamMemberInput", { name: "Kim Lee", email, role }, token);
  const choose = (token: string, password = PASSWORD) =>
    world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", { token, password });
  const signIn = (email: string, password = PASSWORD) =>
    world.signIn("teamSignIn", "TeamSignInInput", { email, password });
  const joined = async (email: string, role: string) => {
    const { teamMember } = await invite(email, role);
    const { result } = await choose(await world.mailedToken(email, /invites you/));
    return { id: teamMember.id as string, token: result.sessionToken as string };
  };
  const require2fa = async (teamRequiresTwoFactor: boolean, token: string) => {
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, token);
    const expectedVersion = data.firm.securityPolicy.version;
    const input = { teamRequiresTwoFactor, expectedVersion };
    return world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, token);
  };
  const viewer = async (token: string) => (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer;

  it("a colleague is invited, cannot sign in before choosing a password, and is in the list", async () => {
    const email = "kim@firm.example";
    expect((await invite(email, "ADMIN")).teamMember).toMatchObject({ email, role: "ADMIN", joinedAt: null });
    expect((await signIn(email)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
    const token = await world.mailedToken(email, /invites you/);
    expect((await choose(token, "too short")).userErrors[0].code).toBe("WEAK_PASSWORD");
    const { result } = await choose(token);
    expect(result).toMatchObject({ __typename: "SignedIn" });
    expect((await choose(token)).userErrors[0].code).toBe("TOKEN_INVALID");
    expect((await signIn(email)).result.__typename).toBe("SignedIn");
    const { data } = await world.ask("{ teamMembers { email role joinedAt } }", {}, owner);
    expect(data.teamMembers).toContainEqual({ email, role: "ADMIN", joinedAt: expect.any(String) });
  });

  it("administrators manage administrators and staff, never owners; staff manage nobody", async () => {
    const admin = await joined("admin1@firm.example", "ADMIN");
    const staff = await joined("staff1@firm.example", "STAFF");
    expect((await invite("owner2@firm.example", "OWNER", admin.token)).userErrors[0].code).toBe("INVALID_INPUT");
    expect((await invite("staff2@firm.example", "STAFF", admin.token)).userErrors).toEqual([]);
    const { data } = await world.ask("{ teamMembers { id role } }", {}, owner);
    const boss = data.teamMembers.find(({ role }: { role: string }) => role === "OWNER");
    const remove = { memberId: boss.id, reason: "a coup" };
    expect((await act("removeTeamMember", "TeamMemberReasonInput", remove, admin.token)).userErrors[0].code).toBe(
      "INVALID_INPUT",
    );
    const promote = { memberId: admin.id, role: "OWNER" };
    expect((await act("changeTeamMember", "ChangeTeamMemberInput", promote, admin.token)).userErrors[0].code).toBe(
      "INVALID_INPUT",
    );
    await expect(invite("staff3@firm.example", "STAFF", staff.token)).rejects.toThrow("FORBIDDEN");
  });

  it("Z05 a colleague who becomes staff can do less from the next operation on, in the open session", async () => {
    const demoted = await joined("demoted@firm.example", "ADMIN");
    const { id } = await world.contact(demoted.token, "Before");
    const rename = { contactId: id, name: "After" };
    await act("changeTeamMember", "ChangeTeamMemberInput", { memberId: demoted.id, role: "STAFF" });
    await expect(world.contact(demoted.token)).rejects.toThrow("FORBIDDEN");
    await expect(
      world.mutate("updateContact", "UpdateContactInput", "contact { id }", rename, demoted.token),
    ).rejects.toThrow("FORBIDDEN");
    expect((await world.ask("{ contacts(first: 1) { totalCount } }", {}, demoted.token)).errors).toBeUndefined();
  });

  it("a removed colleague is out at once, and the email can be invited again", async () => {
    const email = "leaver@firm.example";
    const leaver = await joined(email, "STAFF");
    const remove = { memberId: leaver.id, reason: "left the firm" };
    expect((await act("removeTeamMember", "TeamMemberReasonInput", remove)).userErrors).toEqual([]);
    expect(await viewer(leaver.token)).toBeNull();
    expect((await signIn(email)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
    expect((await act("removeTeamMember", "TeamMemberReasonInput", remove)).userErrors[0].code).toBe("NOT_FOUND");
    expect((await invite(email, "STAFF")).userErrors).toEqual([]);
  });

  it("the firm keeps an owner, even if two step down at the same moment", async () => {
    const other = await world.firm();
    const first = await world.ownerToken(other);
    const id = async (token: string) =>
      (await world.ask("{ viewer { ... on TeamMember { id } } }", {}, token)).data.viewer.id;
    const stepDown = (memberId: string, token: string) =>
      act("changeTeamMember", "ChangeTeamMemberInput", { memberId, role: "ADMIN" }, token);
    const firstId = await id(first);
    expect((await stepDown(firstId, first)).userErrors[0].code).toBe("INVALID_INPUT");
    await invite("co-owner@firm.example", "OWNER", first);
    // Somebody who has not joined yet cannot be the firm's only owner.
    expect((await stepDown(firstId, first)).userErrors[0].code).toBe("INVALID_INPUT");
    const { result } = await choose(await world.mailedToken("co-owner@firm.example", /invites you/));
    const second = result.sessionToken as string;
    const secondId = await id(second);
    const both = await Promise.all([stepDown(firstId, first), stepDown(secondId, second)]);
    expect(both.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  });

  it("2FA required of owners and administrators: at once, not of staff, and nobody locks themselves out", async () => {
    const other = await world.firm();
    const boss = await world.ownerToken(other);
    await invite("admin5@firm.example", "ADMIN", boss);
    await invite("staff5@firm.example", "STAFF", boss);
    const admin = (await choose(await world.mailedToken("admin5@firm.example", /invites you/))).result.sessionToken;
    const staff = (await choose(await world.mailedToken("staff5@firm.example", /invites you/))).result.sessionToken;
    expect((await require2fa(true, boss)).userErrors[0].code).toBe("TWO_FACTOR_NOT_ENROLLED");
    const { secret } = await world.enroll({ token: boss });
    expect((await require2fa(true, boss)).userErrors).toEqual([]);
    expect(await viewer(admin)).toBeNull();
    expect(await viewer(staff)).not.toBeNull();
    const again = await signIn("admin5@firm.example");
    expect(again.result).toMatchObject({ __typename: "TwoFactorEnrollmentRequired", emailCodeRequired: true });
    const { text } = await world.mail("admin5@firm.example", /code to set up/);
    const emailCode = /\b\d{6}\b/.exec(text)?.[0] ?? "";
    const { sessionToken } = await world.enroll({ enrollmentToken: again.result.enrollmentToken, emailCode });
    expect(await viewer(sessionToken ?? "")).not.toBeNull();
    const off = await world.mutate(
      "disableTwoFactor",
      "CodeInput",
      "twoFactor { enrolled }",
      { code: world.freshCode(secret) },
      boss,
    );
    expect(off.userErrors[0].code).toBe("TWO_FACTOR_REQUIRED_BY_FIRM");
  });

  it("a colleague's lost phone is reset by another, with a reason; a forgotten password by a mailed link, and the code is still required", async () => {
    const email = "lost@firm.example";
    const colleague = await joined(email, "ADMIN");
    const { secret } = await world.enroll({ token: colleague.token });
    await act("sendTeamPasswordLink", "TeamMemberIdInput", { memberId: colleague.id });
    const link = await world.mailedToken(email, /new password/);
    const chosen = await choose(link, "another long password here");
    expect(chosen.result.__typename).toBe("TwoFactorRequired");
    expect(await viewer(colleague.token)).toBeNull();
    const verify = { challengeToken: chosen.result.challengeToken, code: world.freshCode(secret) };
    expect((await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", verify)).result.__typename).toBe("SignedIn");
    const reset = { memberId: colleague.id, reason: "lost phone" };
    expect((await act("resetTeamMemberTwoFactor", "TeamMemberReasonInput", reset)).teamMember.twoFactor.enrolled).toBe(
      false,
    );
    expect((await signIn(email, "another long password here")).result.__typename).toBe("SignedIn");
  });

  it("each act needs a fresh sign-in, and another firm's colleague does not exist", async () => {
    const stranger = await world.firm();
    const strangerToken = await world.ownerToken(stranger);
    const { data } = await world.ask("{ teamMembers { id } }", {}, strangerToken);
    const foreign = { memberId: data.teamMembers[0].id };
    expect((await act("sendTeamPasswordLink", "TeamMemberIdInput", foreign)).userErrors[0].code).toBe("NOT_FOUND");
    world.forward({ minutes: 11 });
    expect((await invite("late@firm.example", "STAFF")).userErrors[0].code).toBe("STEP_UP_REQUIRED");
    await world.mutate("stepUp", "StepUpInput", "session { id }", { password: OWNER_PASSWORD }, owner);
    expect((await invite("late@firm.example", "STAFF")).userErrors).toEqual([]);
  });
});
