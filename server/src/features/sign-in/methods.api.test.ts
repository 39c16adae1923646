import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { SecondProof, SignInDoor, SignInMethod } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, until, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "quite another long password";
const LINKED = "__typename ... on SignedIn { sessionToken } ... on TwoFactorRequired { challengeToken }";
const ENTERED = `${LINKED} ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired }`;
const VERIFY = "verifyTwoFactor";
const TYPES = {
  portalSignIn: "PortalSignInInput",
  teamSignIn: "TeamSignInInput",
  verifyTwoFactor: "VerifyTwoFactorInput",
  useRecoveryCode: "UseRecoveryCodeInput",
  verifyPasskey: "VerifyPasskeyInput",
  createPortalAccount: "CreatePortalAccountInput",
  resetPassword: "ResetPasswordInput",
  claimMagicLink: "ClaimMagicLinkInput",
  chooseTeamPassword: "ChooseTeamPasswordInput",
} as const;

/** A way into a session, and what the log and the session then say. */
interface Way {
  methods: SignInMethod[];
  /** The sentence, after the person's name and address. */
  sentence: string;
  /** Returns the new session's token. */
  enter: () => Promise<string>;
}
/** There is no such way; `why` says what stands against it. */
interface NoWay {
  why: string;
}

describeOnDatabases("every door names its method", (database) => {
  let world: World;
  /** Asks nobody for a second factor who has none. */
  let easy: Awaited<ReturnType<World["firm"]>>;
  /** Requires one of everybody, except for a link's one request. */
  let strict: Awaited<ReturnType<World["firm"]>>;
  const secrets = new Map<string, string>();
  beforeAll(async () => {
    world = await World.start(database.url());
    easy = await world.firm();
    strict = await world.firm();
    const owner = await world.ownerToken(strict);
    secrets.set(strict.owner, (await world.enroll({ token: owner })).secret);
    const policies = [
      [await world.ownerToken(easy), { trustedDeviceDays: 30 }],
      [
        await ownerOf(strict),
        { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: false, teamRequiresTwoFactor: true },
      ],
    ] as const;
    for (const [token, policy] of policies) {
      const input = { ...policy, expectedVersion: 1 };
      const set = await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", input, token);
      expect(codesOf(set)).toEqual([]);
    }
  }, 60_000);
  afterAll(() => world.stop());

  /** A fresh session of the firm's owner. */
  async function ownerOf(firm: { owner: string }): Promise<string> {
    const secret = secrets.get(firm.owner);
    if (secret === undefined) return world.ownerToken(firm);
    const { result } = await world.signIn("teamSignIn", TYPES.teamSignIn, {
      email: firm.owner,
      password: OWNER_PASSWORD,
    });
    const code = world.freshCode(secret);
    const proven = await world.signIn(VERIFY, TYPES[VERIFY], { challengeToken: result.challengeToken, code });
    return proven.result.sessionToken;
  }

  /** Calls a door's mutation, from a browser with that cookie or in the session of that token. */
  async function call(
    name: keyof typeof TYPES,
    input: object,
    { cookie, token }: { cookie?: string; token?: string } = {},
  ): Promise<{ result: Data; device: string }> {
    const { data, errors, headers } = await world.ask(
      `mutation($input: ${TYPES[name]}!) { ${name}(input: $input) { result { ${name === "claimMagicLink" ? LINKED : ENTERED} } userErrors { code } } }`,
      { input: { ...input, transport: "TOKEN" } },
      token,
      cookie === undefined ? {} : { cookie },
    );
    if (errors || data[name].userErrors.length > 0) throw new Error(JSON.stringify(errors ?? data[name].userErrors));
    const device = /gatehouse_device=[^;]+/.exec(headers.get("set-cookie") ?? "")?.[0] ?? "";
    return { result: data[name].result, device };
  }
  const tokenOf = async (calling: Promise<{ result: Data }>): Promise<string> => {
    const { result } = await calling;
    expect(result.__typename).toBe("SignedIn");
    return result.sessionToken;
  };

  interface Client {
    email: string;
    contactId: string;
    secret: string;
    recoveryCodes: string[];
    passkey: SoftwarePasskey;
  }
  const clientOf = async (firm: { slug: string; owner: string }) => world.client(firm, await ownerOf(firm));
  /** A client with an authenticator and a passkey. */
  const enrolledClient = async (): Promise<Client> => {
    const { email, contactId, created } = await clientOf(easy);
    const token = created.result.sessionToken as string;
    const { secret, recoveryCodes } = await world.enroll({ token });
    const passkey = new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`);
    const begun = await world.ask("mutation { beginPasskeyRegistration { options } }", {}, token);
    const input = { response: passkey.register(begun.data.beginPasskeyRegistration.options), name: "Laptop" };
    expect(codesOf(await world.mutate("addPasskey", "AddPasskeyInput", "passkey { id }", input, token))).toEqual([]);
    return { email, contactId, secret, recoveryCodes, passkey };
  };
  type Proving = (client: Client, challengeToken: string) => Promise<{ result: Data }>;
  const byCode: Proving = ({ secret }, challengeToken) =>
    call(VERIFY, { challengeToken, code: world.freshCode(secret) });
  const byRecoveryCode: Proving = ({ recoveryCodes }, challengeToken) =>
    call("useRecoveryCode", { challengeToken, code: recoveryCodes[0] });
  const byPasskey: Proving = async ({ passkey }, challengeToken) => {
    const type = "BeginPasskeyVerificationInput";
    const { options } = await world.mutate("beginPasskeyVerification", type, "options", { challengeToken });
    return call("verifyPasskey", { challengeToken, response: passkey.prove(options) });
  };

  // The doors.
  const byPassword = (email: string, cookie = "", password = CLIENT_PASSWORD) =>
    call("portalSignIn", { firmSlug: easy.slug, email, password }, { cookie });
  const byReset = async (firm: { slug: string }, email: string, cookie = "") => {
    const asked = { firmSlug: firm.slug, email };
    await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", asked);
    const resetToken = await world.mailedToken(email, /Reset your password/);
    return call("resetPassword", { resetToken, newPassword: NEW_PASSWORD }, { cookie });
  };
  const byConfirmation = async (firm: { slug: string; owner: string }) => {
    const { email } = await world.contact(await ownerOf(firm));
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await world.mailedToken(email, /Create your account/);
    return { email, ...(await call("createPortalAccount", { confirmationToken, password: CLIENT_PASSWORD })) };
  };
  const byLink = async (
    firm: { owner: string },
    { email, contactId }: Pick<Client, "email" | "contactId">,
    cookie = "",
  ) => {
    const title = `Papers ${randomBytes(3).toString("hex")}`;
    const sent = { contactId, title, items: ["Payroll"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", sent, await ownerOf(firm));
    const token = await world.mailedToken(email, new RegExp(title));
    return call("claimMagicLink", { token, deviceKey: randomBytes(16).toString("hex") }, { cookie });
  };
  /** An account created with a magic link that was claimed so many minutes ago. */
  const byClaimedLink = async (firm: { owner: string }, minutes: number) => {
    const { id: contactId, email } = await world.contact(await ownerOf(firm));
    const token = await tokenOf(byLink(firm, { email, contactId }));
    world.forward({ minutes });
    return { email, ...(await call("createPortalAccount", { password: CLIENT_PASSWORD }, { token })) };
  };
  const byTeamInvitation = async (firm: { owner: string }, email: string, password: string) => {
    const invite = { email, name: "Ada", role: "ADMIN" };
    const token = await ownerOf(firm);
    const invited = await world.mutate("inviteTeamMember", "InviteTeamMemberInput", "teamMember { id }", invite, token);
    expect(codesOf(invited)).toEqual([]);
    const mailed = await world.mailedToken(email, /team|invite/i);
    return { email, ...(await call("chooseTeamPassword", { token: mailed, password })) };
  };
  const colleague = () => `ada-${randomBytes(4).toString("hex")}@team.example`;
  /** Sets up the authenticator that the firm requires, on the way in. */
  const enrolling = async (entering: Promise<{ email: string; result: Data }>): Promise<string> => {
    const { email, result } = await entering;
    expect(result.__typename).toBe("TwoFactorEnrollmentRequired");
    const { enrollmentToken, emailCodeRequired } = result;
    const emailCode = emailCodeRequired ? await until(async () => (await world.mailedCodes(email))[0]) : undefined;
    const { sessionToken } = await world.enroll({ enrollmentToken, ...(emailCode && { emailCode }) });
    return sessionToken ?? "";
  };
  /** A client of the strict firm who has a password and no authenticator yet. */
  const clientToEnroll = async () => (await byConfirmation(strict)).email;
  /** A device of the client that skips the code. */
  const trustedDevice = async ({ email, secret }: Client): Promise<string> => {
    const { challengeToken } = (await byPassword(email)).result;
    const { device } = await call(VERIFY, { challengeToken, code: world.freshCode(secret), trustDevice: true });
    expect(device).not.toBe("");
    return device;
  };

  const way = (methods: SignInMethod[], sentence: string, enter: () => Promise<string>): Way => ({
    methods,
    sentence,
    enter,
  });
  /** A sign-in that is asked for a second factor, which is then given. */
  const withFactor = (door: (client: Client) => Promise<{ result: Data }>, prove: Proving) => async () => {
    const client = await enrolledClient();
    const { result } = await door(client);
    expect(result.__typename).toBe("TwoFactorRequired");
    return tokenOf(prove(client, result.challengeToken));
  };
  const passwordDoor = ({ email }: Client) => byPassword(email);
  const resetDoor = ({ email }: Client) => byReset(easy, email);
  const linkDoor = (client: Client) => byLink(easy, client);

  const isNew = { why: "nobody has an authenticator before they have the account" };
  const fresh = { TRUSTED_DEVICE: isNew, CODE: isNew, RECOVERY_CODE: isNew, PASSKEY: isNew };
  const invited = "signed in with a mailed invitation or confirmation";
  const linked = "signed in with a magic link";

  /** Every door, and everything that may serve as its second factor. A missing row does not compile. */
  const doors: Record<SignInDoor, Record<SecondProof, Way | NoWay>> = {
    PASSWORD: {
      NONE: way(["PASSWORD"], "signed in with password.", async () =>
        tokenOf(byPassword((await clientOf(easy)).email)),
      ),
      TRUSTED_DEVICE: way(
        ["PASSWORD", "TRUSTED_DEVICE"],
        "signed in with password, on a trusted device (no code was asked for).",
        async () => {
          const client = await enrolledClient();
          return tokenOf(byPassword(client.email, await trustedDevice(client)));
        },
      ),
      CODE: way(
        ["PASSWORD", "TOTP"],
        "signed in with password and a code from the app.",
        withFactor(passwordDoor, byCode),
      ),
      RECOVERY_CODE: way(
        ["PASSWORD", "RECOVERY_CODE"],
        "signed in with password and a recovery code.",
        withFactor(passwordDoor, byRecoveryCode),
      ),
      PASSKEY: way(
        ["PASSWORD", "PASSKEY"],
        "signed in with password and a passkey.",
        withFactor(passwordDoor, byPasskey),
      ),
      NEW_AUTHENTICATOR: way(["PASSWORD", "TOTP"], "signed in with password and a code from the app.", async () => {
        const email = await clientToEnroll();
        const entering = { firmSlug: strict.slug, email, password: CLIENT_PASSWORD };
        return enrolling(call("portalSignIn", entering).then(({ result }) => ({ email, result })));
      }),
    },
    PASSWORD_RESET: {
      NONE: way(["RESET_LINK"], "signed in with a mailed link to reset the password.", async () =>
        tokenOf(byReset(easy, (await clientOf(easy)).email)),
      ),
      TRUSTED_DEVICE: { why: "a reset ends every trusted device" },
      CODE: way(
        ["RESET_LINK", "TOTP"],
        "signed in with a mailed link to reset the password and a code from the app.",
        withFactor(resetDoor, byCode),
      ),
      RECOVERY_CODE: way(
        ["RESET_LINK", "RECOVERY_CODE"],
        "signed in with a mailed link to reset the password and a recovery code.",
        withFactor(resetDoor, byRecoveryCode),
      ),
      PASSKEY: way(
        ["RESET_LINK", "PASSKEY"],
        "signed in with a mailed link to reset the password and a passkey.",
        withFactor(resetDoor, byPasskey),
      ),
      NEW_AUTHENTICATOR: way(
        ["RESET_LINK", "TOTP"],
        "signed in with a mailed link to reset the password and a code from the app.",
        async () => {
          const email = await clientToEnroll();
          return enrolling(byReset(strict, email).then(({ result }) => ({ email, result })));
        },
      ),
    },
    ACCOUNT_CREATION: {
      ...fresh,
      NONE: way(["INVITATION"], `${invited}.`, () => tokenOf(byConfirmation(easy))),
      NEW_AUTHENTICATOR: way(["INVITATION", "TOTP"], `${invited} and a code from the app.`, () =>
        enrolling(byConfirmation(strict)),
      ),
    },
    ACCOUNT_BY_LINK: {
      ...fresh,
      NONE: way(["MAGIC_LINK"], `${linked}.`, () => tokenOf(byClaimedLink(easy, 1))),
      NEW_AUTHENTICATOR: way(["MAGIC_LINK", "TOTP"], `${linked} and a code from the app.`, () =>
        enrolling(byClaimedLink(strict, 1)),
      ),
    },
    ACCOUNT_BY_DEVICE: {
      ...fresh,
      NONE: way(["MAGIC_LINK"], `${linked}.`, () => tokenOf(byClaimedLink(easy, 11))),
      NEW_AUTHENTICATOR: way(["MAGIC_LINK", "TOTP"], `${linked} and a code from the app.`, () =>
        enrolling(byClaimedLink(strict, 11)),
      ),
    },
    MAGIC_LINK: {
      NONE: way(["MAGIC_LINK"], `with its link.`, async () => tokenOf(byLink(easy, await clientOf(easy)))),
      TRUSTED_DEVICE: { why: "a link asks for the code on every device" },
      CODE: way(["MAGIC_LINK", "TOTP"], "with a magic link and a code from the app.", withFactor(linkDoor, byCode)),
      RECOVERY_CODE: way(
        ["MAGIC_LINK", "RECOVERY_CODE"],
        "with a magic link and a recovery code.",
        withFactor(linkDoor, byRecoveryCode),
      ),
      PASSKEY: way(["MAGIC_LINK", "PASSKEY"], "with a magic link and a passkey.", withFactor(linkDoor, byPasskey)),
      NEW_AUTHENTICATOR: { why: "a link alone sets up no authenticator: it asks for the account first" },
    },
    TEAM_INVITATION: {
      ...fresh,
      NONE: way(["INVITATION"], `${invited}.`, () => tokenOf(byTeamInvitation(easy, colleague(), NEW_PASSWORD))),
      NEW_AUTHENTICATOR: way(["INVITATION", "TOTP"], `${invited} and a code from the app.`, () =>
        enrolling(byTeamInvitation(strict, colleague(), NEW_PASSWORD)),
      ),
    },
    TEAM_BY_PASSWORD: {
      ...fresh,
      NONE: way(["INVITATION", "PASSWORD"], `${invited} and password.`, async () =>
        tokenOf(byTeamInvitation(easy, (await world.firm()).owner, OWNER_PASSWORD)),
      ),
      NEW_AUTHENTICATOR: way(
        ["INVITATION", "PASSWORD", "TOTP"],
        "signed in with a mailed invitation or confirmation, password and a code from the app.",
        async () => enrolling(byTeamInvitation(strict, (await world.firm()).owner, OWNER_PASSWORD)),
      ),
    },
  };

  /** The session of a token, as its owner sees it. */
  const sessionOf = async (token: string): Promise<{ id: string; methods: SignInMethod[] | null }> => {
    const { viewer } = (
      await world.ask(
        "{ viewer { ... on PortalViewer { session { id methods } } ... on TeamMember { sessions { id methods current } } } }",
        {},
        token,
      )
    ).data;
    return viewer.session ?? viewer.sessions.find(({ current }: { current: boolean }) => current);
  };
  const logOf = async (firm: { owner: string }): Promise<Data[]> =>
    (await world.ask("{ auditEvents(first: 20) { nodes { type methods summary data } } }", {}, await ownerOf(firm)))
      .data.auditEvents.nodes;

  const rows = Object.entries(doors).flatMap(([door, seconds]) =>
    Object.entries(seconds).flatMap(([second, row]) => ("enter" in row ? [[door, second, row] as const] : [])),
  );
  it.each(rows)("%s, second factor %s", async (door, _second, { methods, sentence, enter }) => {
    const session = await sessionOf(await enter());
    expect(session.methods).toEqual(methods);
    const events = [...(await logOf(easy)), ...(await logOf(strict))];
    const opening = events.filter(({ data }) => data.sessionId === session.id);
    expect(opening).toHaveLength(1);
    expect(opening[0]).toMatchObject({ methods });
    expect(opening[0].summary.endsWith(` ${sentence}`)).toBe(true);
    const claim = door === "MAGIC_LINK" && methods.length === 1;
    expect(opening[0].type).toBe(claim ? "MAGIC_LINK_CLAIMED" : "SIGN_IN_SUCCEEDED");
    expect(opening[0].data.door).toBe(claim ? undefined : door);
  });

  describe("a trusted device", () => {
    it("skips the code of a password sign-in and of no other door, and proves nothing that a dangerous act asks for", async () => {
      const client = await enrolledClient();
      const cookie = await trustedDevice(client);
      const token = await tokenOf(byPassword(client.email, cookie));
      const asBrowser = (query: string, variables: object = {}) => world.ask(query, variables, token, { cookie });
      const begin = "mutation { beginPasskeyRegistration { userErrors { code } } }";
      expect((await asBrowser(begin)).data.beginPasskeyRegistration.userErrors).toEqual([{ code: "STEP_UP_REQUIRED" }]);
      const stepUp = await asBrowser(
        "mutation($input: StepUpInput!) { stepUp(input: $input) { userErrors { code } } }",
        { input: { password: CLIENT_PASSWORD } },
      );
      expect(stepUp.data.stepUp.userErrors).toEqual([{ code: "INVALID_CODE" }]);
      expect((await asBrowser(begin)).data.beginPasskeyRegistration.userErrors).toEqual([{ code: "STEP_UP_REQUIRED" }]);
      expect((await byLink(easy, client, cookie)).result.__typename).toBe("TwoFactorRequired");
      expect((await byReset(easy, client.email, cookie)).result.__typename).toBe("TwoFactorRequired");
    });

    it("skips no code at any door once the client was signed out everywhere, though it keeps its cookie", async () => {
      const client = await enrolledClient();
      const cookie = await trustedDevice(client);
      expect((await byPassword(client.email, cookie)).result.__typename).toBe("SignedIn");
      const { email, contactId } = client;
      const ended = await world.mutate(
        "revokePortalSessions",
        "ContactIdInput",
        "contact { id }",
        { contactId },
        await ownerOf(easy),
      );
      expect(codesOf(ended)).toEqual([]);
      const next = [
        (await byPassword(email, cookie)).result,
        (await byLink(easy, client, cookie)).result,
        (await byReset(easy, email, cookie)).result,
        (await byPassword(email, cookie, NEW_PASSWORD)).result,
      ];
      expect(next.map(({ __typename }) => __typename)).toEqual(Array(4).fill("TwoFactorRequired"));
    });
  });
});
