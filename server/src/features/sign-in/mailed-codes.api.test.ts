import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { attemptLimits, secondFactorLock } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { codesOf, until, World } from "../../testing/world.js";

const SIX_DIGITS = /\b\d{6}\b/;

/** A thief with the password of a client without an authenticator, and forty addresses to come from. */
describeOnDatabases("codes that are mailed to set up an authenticator", (database) => {
  let world: World;
  let owner: string;
  let firm: Awaited<ReturnType<World["firm"]>>;
  beforeAll(async () => {
    world = await World.start(database.url(), { trustedProxies: ["127.0.0.1"], sourceLimitFactor: 1 });
    firm = await world.firm();
    owner = await world.ownerToken(firm);
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, owner);
    const expectedVersion = data.firm.securityPolicy.version;
    const policy = { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", policy, owner);
  }, 60_000);
  afterAll(() => world.stop());

  /** An invited client who has chosen a password, but set up nothing. */
  const client = async () => {
    const { email, id: contactId } = await world.contact(owner);
    await from(1, "requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    const input = { confirmationToken, password: "a long client password" };
    await from(1, "createPortalAccount", "CreatePortalAccountInput", "result { __typename }", input);
    return { email, contactId };
  };
  const from = async (address: number, name: string, inputType: string, selection: string, input: object) => {
    const { data, errors } = await world.ask(
      `mutation($input: ${inputType}!) { ${name}(input: $input) { ${selection} userErrors { code field message } } }`,
      { input },
      undefined,
      { "x-forwarded-for": `198.51.${Math.floor(address / 250)}.${address % 250}` },
    );
    return errors ? { userErrors: [errors[0]?.extensions] } : data[name];
  };
  const signIn = (address: number, email: string, password = "a long client password") =>
    from(
      address,
      "portalSignIn",
      "PortalSignInInput",
      "result { ... on TwoFactorEnrollmentRequired { enrollmentToken } }",
      { firmSlug: firm.slug, email, password, transport: "TOKEN" },
    );
  const begin = (address: number, enrollmentToken: string, emailCode: string) =>
    from(address, "beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
      enrollmentToken,
      emailCode,
    });
  const codeMails = async (email: string) => (await world.mails(email)).filter(({ text }) => SIX_DIGITS.test(text));
  const events = async (contactId: string) => {
    const { data } = await world.ask(
      "query($id: ID!) { auditEvents(first: 100, filter: { contactId: $id }) { nodes { type summary } } }",
      { id: contactId },
      owner,
    );
    return data.auditEvents.nodes as { type: string; summary: string }[];
  };

  it("X5 are checked ten times per account, whatever the challenge and the address, and each wrong one is in the log", async () => {
    const { email, contactId } = await client();
    const answers: string[] = [];
    for (let round = 0; round < 5; round++) {
      const { result } = await signIn(100 + round, email);
      if (!result) break;
      for (let n = 0; n < 4; n++)
        answers.push(...codesOf(await begin(200 + 10 * round + n, result.enrollmentToken, "000000")));
    }
    const judged = answers.filter((code) => code === "EMAIL_CODE_REQUIRED");
    expect(judged.length).toBe(secondFactorLock.failures - 1);
    expect(answers.slice(judged.length)).toEqual(answers.slice(judged.length).map(() => "ACCOUNT_LOCKED"));
    // The next sign-in reports that before it mails another code.
    expect(codesOf(await signIn(300, email))).toEqual(["ACCOUNT_LOCKED"]);
    const log = await events(contactId);
    expect(log.filter(({ summary }) => /wrong emailed code/.test(summary))).toHaveLength(secondFactorLock.failures);
    expect(log.filter(({ type }) => type === "ACCOUNT_LOCKED")).toHaveLength(1);
  }, 60_000);

  it("X5 are counted one by one if forty addresses try at the same moment", async () => {
    const { email, contactId } = await client();
    const tokens: string[] = [];
    for (let round = 0; round < 4; round++) tokens.push((await signIn(400 + round, email)).result.enrollmentToken);
    const tries = tokens.flatMap((token, round) =>
      Array.from({ length: 5 }, (_, n) => begin(500 + 10 * round + n, token, "000000")),
    );
    await Promise.all(tries);
    const log = await events(contactId);
    expect(log.filter(({ summary }) => /wrong emailed code/.test(summary))).toHaveLength(secondFactorLock.failures);
  }, 60_000);

  it("X5 are mailed five times an hour; then the sign-in waits, and the log says once that mail was held back", async () => {
    const { email, contactId } = await client();
    const answers: string[][] = [];
    for (let n = 0; n < 8; n++) answers.push(codesOf(await signIn(600 + n, email)));
    expect(answers.filter((codes) => codes.length === 0)).toHaveLength(attemptLimits.emailCodesByAccount.attempts);
    expect(answers.at(-1)).toEqual(["TOO_MANY_REQUESTS"]);
    expect(await codeMails(email)).toHaveLength(attemptLimits.emailCodesByAccount.attempts);
    const heldBack = await until(async () => {
      const log = await events(contactId);
      return log.filter(({ type }) => type === "MAIL_SUPPRESSED");
    });
    expect(heldBack.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/^Another sign-in code was not sent to/),
    ]);
  }, 60_000);

  it("X5 let the mailbox's owner in all the same: the right one clears the count, and a reset by mail needs none", async () => {
    const { email } = await client();
    const first = (await signIn(700, email)).result.enrollmentToken;
    for (let n = 0; n < 4; n++) await begin(700, first, "000000");
    const right = SIX_DIGITS.exec((await codeMails(email))[0]?.text ?? "")?.[0] ?? "";
    expect((await begin(701, first, right)).enrollment.secret).toMatch(/^[A-Z2-7]+$/);
    const second = (await signIn(702, email)).result.enrollmentToken;
    for (let n = 0; n < 5; n++) expect(codesOf(await begin(703, second, "000000"))).toEqual(["EMAIL_CODE_REQUIRED"]);
    const third = (await signIn(704, email)).result.enrollmentToken;
    for (let n = 0; n < 5; n++) await begin(705, third, "000000");
    expect(codesOf(await signIn(706, email))).toEqual(["ACCOUNT_LOCKED"]);

    await from(707, "requestPasswordReset", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const reset = await from(
      707,
      "resetPassword",
      "ResetPasswordInput",
      "result { ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired } }",
      { resetToken: await world.mailedToken(email, /password/i), newPassword: "quite another long one" },
    );
    expect(reset.result).toMatchObject({ emailCodeRequired: false });
    await world.enroll({ enrollmentToken: reset.result.enrollmentToken });
  }, 60_000);
});
