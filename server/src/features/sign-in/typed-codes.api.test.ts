import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../../testing/databases.js";
import { RECOVER, VERIFY, signInSteps } from "../../testing/sign-in-steps.js";
import { CLIENT_PASSWORD, codesOf, World } from "../../testing/world.js";

const inDigits = (zero: string, code: string) =>
  code.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint((zero.codePointAt(0) ?? 0) + Number(digit)));

/** Right codes, as phones and mail programs of the world write and copy them. */
const ways: [how: string, written: (code: string) => string][] = [
  ["in Arabic-Indic digits", (code) => inDigits("٠", code)],
  ["in Persian digits", (code) => inDigits("۰", code)],
  ["in full-width digits", (code) => inDigits("０", code)],
  ["in Devanagari digits", (code) => inDigits("०", code)],
  ["in mathematical digits", (code) => inDigits("𝟎", code)],
  ["with the mail's blank", (code) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ["with a dash of a word processor", (code) => `${code.slice(0, 3)}–${code.slice(3)}`],
  ["between a messenger's isolates", (code) => `\u2068${code}\u2069`],
  ["after a byte order mark", (code) => `\uFEFF${code}\r\n`],
];

/** A client who has just created an account through the mailed link. Returns the email. */
async function clientOfMail(world: World, firm: { slug: string }, owner: string): Promise<string> {
  const { email } = await world.contact(owner, "Nur Haddad", "nur@client.example");
  await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
  await world.signIn("createPortalAccount", "CreatePortalAccountInput", {
    confirmationToken: await world.mailedToken(email, /Create your account/),
    password: CLIENT_PASSWORD,
  });
  return email;
}

describeOnDatabases("a right code", (database) => {
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

  it("of an authenticator is accepted however its digits are written, and costs no try", async () => {
    const { email, secret } = await enrolledClient();
    for (const [how, written] of ways) {
      const challengeToken = await challengeOf(email);
      const { result, userErrors } = await world.signIn(...VERIFY, {
        challengeToken,
        code: written(world.freshCode(secret)),
      });
      expect([how, result?.__typename, userErrors]).toEqual([how, "SignedIn", []]);
    }
    const states = (await world.app.work.reader.query(
      "SELECT consecutiveFailures FROM two_factor_states WHERE enrolledAt IS NOT NULL",
      [],
    )) as { consecutiveFailures: number }[];
    expect(states.map(({ consecutiveFailures }) => consecutiveFailures)).toEqual([0]);
  }, 60_000);

  it("sets up an authenticator in another script's digits", async () => {
    const { created } = await world.client(firm, owner);
    const token = created.result.sessionToken;
    const { secret } = await world.beginEnrollment(token);
    const confirmed = await world.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes",
      { code: inDigits("٠", world.code(secret)), transport: "TOKEN" },
      token,
    );
    expect([codesOf(confirmed), confirmed.recoveryCodes?.length]).toEqual([[], 10]);
  });

  it("for recovery is accepted with other digits, dashes and invisible marks", async () => {
    const { email, recoveryCodes } = await enrolledClient();
    for (const [n, [how, written]] of ways.entries()) {
      const { result, userErrors } = await world.signIn(...RECOVER, {
        challengeToken: await challengeOf(email),
        code: written(recoveryCodes[n] ?? ""),
      });
      expect([how, result?.__typename, userErrors]).toEqual([how, "SignedIn", []]);
    }
  });

  it("from a mail is accepted as it was written there and in other digits", async () => {
    await setMode("MAGIC_LINK_AND_LOGIN_2FA");
    const email = await clientOfMail(world, firm, owner);
    // Five mails an hour.
    for (const [n, [how, written]] of ways.slice(0, 5).entries()) {
      const { enrollmentToken } = (await world.portalSignIn(firm, email)).result;
      const emailCode = written(await world.mailedCodeAfter(email, n));
      const begun = await world.mutate(
        "beginTwoFactorEnrollment",
        "BeginTwoFactorEnrollmentInput",
        "enrollment { secret }",
        {
          enrollmentToken,
          emailCode,
        },
      );
      expect([how, codesOf(begun)]).toEqual([how, []]);
    }
  }, 60_000);
});

/** What is no code: nobody guesses with it. */
const noCodes = ["", "  ", "12345", "1234567", "abcdef", "123 456 or 654 321", CLIENT_PASSWORD];

describeOnDatabases("a text that is no code", (database) => {
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
  const failed = async (email: string): Promise<unknown[]> => {
    const { data } = await world.ask(
      "{ auditEvents(first: 50, filter: { types: [SIGN_IN_FAILED, ACCOUNT_LOCKED] }) { nodes { summary } } }",
      {},
      owner,
    );
    return (data.auditEvents.nodes as { summary: string }[]).filter(({ summary }) => summary.includes(email));
  };

  it("costs no attempt at any step, and says what a code looks like", async () => {
    const { email, secret, recoveryCodes } = await enrolledClient();
    const challengeToken = await challengeOf(email);
    const said = new Set<string>();
    const tell = ({ userErrors }: { userErrors: { code: string; message: string; field: string[] }[] }) => {
      expect(userErrors).toMatchObject([{ code: "INVALID_CODE", field: ["input", "code"] }]);
      said.add(userErrors[0]?.message ?? "");
    };
    for (const code of noCodes) {
      tell(await world.signIn(...VERIFY, { challengeToken, code }));
      tell(await world.signIn(...RECOVER, { challengeToken, code }));
    }
    expect([...said]).toEqual([
      "Enter the 6-digit code.",
      "Enter a whole recovery code: 24 letters and digits in groups of four.",
      "The code has 6 digits; this has 5.",
      "The code has 6 digits; this has 7.",
    ]);
    const code = `Your code is ${world.freshCode(secret)}. It changes in 30 seconds.`;
    const { result } = await world.signIn(...VERIFY, { challengeToken, code });
    expect(result?.__typename).toBe("SignedIn");

    const token = result.sessionToken;
    for (const typed of noCodes) {
      tell(await world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", { code: typed }, token));
      tell(await world.mutate("regenerateRecoveryCodes", "CodeInput", "recoveryCodes", { code: typed }, token));
      if (typed !== "")
        tell(
          await world.mutate(
            "stepUp",
            "StepUpInput",
            "session { id }",
            { password: CLIENT_PASSWORD, code: typed },
            token,
          ),
        );
    }
    const listed = `4. ${recoveryCodes[3]}`;
    const disabled = await world.mutate(
      "disableTwoFactor",
      "CodeInput",
      "twoFactor { enrolled }",
      { code: listed },
      token,
    );
    expect([disabled.userErrors, disabled.twoFactor]).toEqual([[], { enrolled: false }]);
    expect(await failed(email)).toEqual([]);
  }, 60_000);

  it("costs none of a new authenticator's or a mailed code's attempts, and mails no further code", async () => {
    await setMode("MAGIC_LINK_AND_LOGIN_2FA");
    const email = await clientOfMail(world, firm, owner);
    const { enrollmentToken } = (await world.portalSignIn(firm, email)).result;
    const emailCode = await world.mailedCodeAfter(email, 0);
    const begin = (given: object) =>
      world.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
        enrollmentToken,
        ...given,
      });
    for (const typed of noCodes)
      expect((await begin({ emailCode: typed })).userErrors).toMatchObject([
        { code: "EMAIL_CODE_REQUIRED", field: ["input", "emailCode"], message: expect.stringMatching(/6.digit/) },
      ]);
    const begun = await begin({ emailCode });
    const { secret } = begun.enrollment;
    const confirm = (code: string) =>
      world.mutate("confirmTwoFactorEnrollment", "ConfirmTwoFactorEnrollmentInput", "recoveryCodes", {
        enrollmentToken,
        code,
        transport: "TOKEN",
      });
    for (const typed of noCodes)
      expect((await confirm(typed)).userErrors).toMatchObject([{ code: "INVALID_CODE", field: ["input", "code"] }]);
    expect((await confirm(world.code(secret))).recoveryCodes).toHaveLength(10);
    expect(await failed(email)).toEqual([]);
    expect((await world.mails(email)).filter(({ subject }) => /code/i.test(subject))).toHaveLength(1);
  }, 60_000);
});
