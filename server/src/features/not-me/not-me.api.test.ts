import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { CLIENT_PASSWORD, OWNER_PASSWORD, until, World } from "../../testing/world.js";

const THIEF = "the thief's own password";

describeOnDatabases("this wasn't me", (database) => {
  let world: World;
  let firm: Awaited<ReturnType<World["firm"]>>;
  let owner: string;
  beforeAll(async () => {
    world = await World.start(database.url());
    firm = await world.firm();
    owner = await world.ownerToken(firm);
  });
  afterAll(() => world.stop());

  const tokenIn = async (to: string, subject: RegExp) => {
    const { links } = await world.mail(to, subject);
    const link = links.find((address) => address.includes("/not-me#token="));
    return decodeURIComponent(/#token=([^&]+)/.exec(link ?? "")?.[1] ?? "");
  };
  const report = (token: string) => world.mutate("reportNotMe", "ReportNotMeInput", "accepted", { token });
  const isSignedIn = async (token: string) =>
    (await world.ask("{ viewer { __typename } }", {}, token)).data.viewer !== null;

  /** A thief who knew the client's password has changed it. */
  const robbed = async () => {
    const { email, contactId } = await world.client(firm, owner);
    const session = (await world.portalSignIn(firm, email)).result.sessionToken as string;
    const change = { currentPassword: CLIENT_PASSWORD, newPassword: THIEF };
    await world.mutate("changePassword", "ChangePasswordInput", "session { id }", change, session);
    return { email, contactId, thief: session };
  };

  it("a stranger who changed the password is out, cannot come back, and the owner of the mailbox can", async () => {
    const { email, contactId, thief } = await robbed();
    const token = await tokenIn(email, /password was changed/);
    const previews = await world.ask("query($token: String!) { mailedToken(token: $token) { purpose maskedEmail } }", {
      token,
    });
    expect(previews.data.mailedToken.purpose).toBe("REPORT_NOT_ME");
    expect(await isSignedIn(thief)).toBe(true);

    expect(await report(token)).toEqual({ accepted: true, userErrors: [] });
    expect(await isSignedIn(thief)).toBe(false);
    expect((await world.portalSignIn(firm, email, THIEF)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
    const resetToken = await world.mailedToken(email, /Choose a new password/);
    const reset = await world.signIn("resetPassword", "ResetPasswordInput", {
      resetToken,
      newPassword: "once again my own password",
    });
    expect(reset.result.__typename).toBe("SignedIn");
    expect((await world.mail(firm.owner, /Not me/)).text).toContain(email);
    const { data } = await world.ask(
      "query($id: ID!) { contact(id: $id) { auditEvents(first: 10) { nodes { type summary } } } }",
      { id: contactId },
      owner,
    );
    expect(data.contact.auditEvents.nodes).toContainEqual({
      type: "SUSPICION_REPORTED",
      summary: expect.stringContaining(email),
    });
  });

  it("a link reports it once, even if two clicks come at the same moment, for a week, and opens nothing else", async () => {
    const { email } = await robbed();
    const token = await tokenIn(email, /password was changed/);
    const other = { resetToken: token, newPassword: "once again my own password" };
    expect((await world.signIn("resetPassword", "ResetPasswordInput", other)).userErrors[0].code).toBe("TOKEN_INVALID");
    const reports = await Promise.all([report(token), report(token), report(token)]);
    expect(reports.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect((await world.mails(email)).filter(({ subject }) => /Choose a new password/.test(subject))).toHaveLength(1);
    const late = await robbed();
    const lateToken = await tokenIn(late.email, /password was changed/);
    world.forward({ minutes: 7 * 24 * 60 + 1 });
    expect((await report(lateToken)).userErrors[0].code).toBe("TOKEN_INVALID");
    owner = await world.ownerToken(firm);
  });

  it("whatever a stranger has begun is void: a sign-in that waits for its code, a trusted device, a change of the email", async () => {
    const { email, contactId, created } = await world.client(firm, owner);
    const { secret } = await world.enroll({ token: created.result.sessionToken });
    const token = await tokenIn(email, /Two-factor authentication is on/);
    const { challengeToken } = (await world.portalSignIn(firm, email)).result;
    const change = { contactId, email: `new-${email}` };
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", change, owner);
    const emailToken = await world.mailedToken(`new-${email}`, /Confirm your new/);
    await report(token);
    const verified = await world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
      challengeToken,
      code: world.freshCode(secret),
    });
    expect(verified.userErrors[0].code).toBe("CHALLENGE_EXPIRED");
    const confirmed = await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", {
      token: emailToken,
    });
    expect(confirmed.userErrors[0].code).toBe("TOKEN_INVALID");
  });

  it("an address that is no longer the account's can stop it, but gets no way in", async () => {
    const { email, contactId } = await world.client(firm, owner);
    const to = `stranger-${email}`;
    await world.mutate("changeLoginEmail", "ChangeLoginEmailInput", "contact { id }", { contactId, email: to }, owner);
    const token = await world.mailedToken(to, /Confirm your new/);
    await world.mutate("confirmLoginEmail", "ConfirmLoginEmailInput", "accepted", { token });
    await report(await tokenIn(email, /sign-in email was changed/));
    expect((await world.portalSignIn(firm, to)).userErrors[0].code).toBe("INVALID_CREDENTIALS");
    await world.mail(firm.owner, /Not me/);
    const mails = [...(await world.mails(email)), ...(await world.mails(to))];
    expect(mails.filter(({ subject }) => /Choose a new password/.test(subject))).toEqual([]);
  });

  it("a team member's sessions end, the colleagues are notified, and the password stays for the firm to change", async () => {
    const admin = await world.member(firm.id, "ADMIN");
    const signIn = async () =>
      (await world.signIn("teamSignIn", "TeamSignInInput", { email: admin, password: OWNER_PASSWORD })).result;
    const session = (await signIn()).sessionToken as string;
    await world.enroll({ token: session });
    await report(await tokenIn(admin, /Two-factor authentication is on/));
    expect(await isSignedIn(session)).toBe(false);
    expect((await signIn()).__typename).toBe("TwoFactorRequired");
    await until(async () => (await world.mails(firm.owner)).find(({ text }) => text.includes(admin)));
  });
});
