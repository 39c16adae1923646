import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { dangerousActs } from "@gatehouse/shared";
import { describeOnDatabases } from "../../testing/databases.js";
import { SoftwarePasskey } from "../../testing/software-passkey.js";
import { CLIENT_PASSWORD, codesOf, OWNER_PASSWORD, World, type Data } from "../../testing/world.js";

const NEW_PASSWORD = "another long password";
const nothing = "con_01m625dgsrfdref8yrhtsvjgg";
const byId = (name: string, id: string) => `${name}(input: { ${id}: "${nothing}" })`;
const byReason = (name: string, id: string) => `${name}(input: { ${id}: "${nothing}", reason: "x" })`;

/** A call of every dangerous act: if allowed, none has any effect, except for the last of the team's. */
const ownActs: Record<string, string> = {
  beginPasskeyRegistration: "beginPasskeyRegistration",
  addPasskey: 'addPasskey(input: { response: "x", name: "x" })',
  removePasskey: byId("removePasskey", "passkeyId"),
  beginTwoFactorEnrollment: "beginTwoFactorEnrollment(input: {})",
  regenerateRecoveryCodes: 'regenerateRecoveryCodes(input: { code: "000000" })',
  disableTwoFactor: 'disableTwoFactor(input: { code: "000000" })',
};
/** For somebody with an authenticator. */
const enrolledActs: Record<string, string> = {
  changePassword: `changePassword(input: { currentPassword: "wrong", newPassword: "${NEW_PASSWORD}" })`,
};
const teamActs: Record<string, string> = {
  createApiKey: 'createApiKey(input: { name: "", scopes: [] })',
  resetTwoFactor: byReason("resetTwoFactor", "contactId"),
  changeLoginEmail: `changeLoginEmail(input: { contactId: "${nothing}", email: "a@b.example" })`,
  deleteContact: byReason("deleteContact", "contactId"),
  exportContactData: byReason("exportContactData", "contactId"),
  setSignInEventDays: 'setSignInEventDays(input: { days: 1, reason: "x" })',
  deletePortalAccount: byReason("deletePortalAccount", "contactId"),
  deleteUnlinkedPortalAccount: byReason("deleteUnlinkedPortalAccount", "portalAccountId"),
  inviteTeamMember: 'inviteTeamMember(input: { email: "nonsense", name: "x", role: STAFF })',
  sendTeamPasswordLink: byId("sendTeamPasswordLink", "memberId"),
  changeTeamMember: byId("changeTeamMember", "memberId"),
  removeTeamMember: byReason("removeTeamMember", "memberId"),
  resetTeamMemberTwoFactor: byReason("resetTeamMemberTwoFactor", "memberId"),
  createWebhookEndpoint: 'createWebhookEndpoint(input: { url: "nonsense" })',
  rotateWebhookSecret: byId("rotateWebhookSecret", "webhookEndpointId"),
  startRollOut: 'startRollOut(input: { enforcedFrom: "2020-01-01T00:00:00.000Z", message: "x", expectedVersion: 999 })',
  pauseRollOut: byId("pauseRollOut", "rollOutId"),
  resumeRollOut: byId("resumeRollOut", "rollOutId"),
  undoRollOut: `undoRollOut(input: { rollOutId: "${nothing}", expectedVersion: 999 })`,
  inviteContacts: `inviteContacts(input: { contactIds: ["${nothing}", "con_01m625dgsrfdref8yrhtsvjgh"] })`,
  updateSecurityPolicy: "updateSecurityPolicy(input: { trustedDeviceDays: 30, expectedVersion: VERSION })",
};

/** A person after what they did, with the session that they have then. */
interface Somebody {
  world: World;
  token: string;
  email: string;
  password: string;
  signIn(headers?: Record<string, string>): Promise<Data>;
  secret: string;
  recoveryCodes: string[];
  passkey: SoftwarePasskey;
}
const STALE = { minutes: 11 };
const ALMOST_STALE = { minutes: 9 };
const NOW_STALE = { minutes: 2 };

const stepUp = async (who: Somebody, proof: object = {}): Promise<string[]> =>
  codesOf(
    await who.world.mutate("stepUp", "StepUpInput", "session { id }", { password: who.password, ...proof }, who.token),
  );
const changePassword = async (who: Somebody): Promise<string[]> => {
  const input = { currentPassword: who.password, newPassword: NEW_PASSWORD };
  return codesOf(await who.world.mutate("changePassword", "ChangePasswordInput", "session { id }", input, who.token));
};
const passkeyOptions = async (who: Somebody, challengeToken?: string): Promise<string> =>
  (
    await who.world.mutate(
      "beginPasskeyVerification",
      "BeginPasskeyVerificationInput",
      "options",
      { challengeToken },
      challengeToken === undefined ? who.token : undefined,
    )
  ).options;
const prove = async (who: Somebody, challengeToken: string, by: "code" | "recovery code" | "passkey") => {
  if (by === "passkey")
    return who.world.signIn("verifyPasskey", "VerifyPasskeyInput", {
      challengeToken,
      response: who.passkey.prove(await passkeyOptions(who, challengeToken)),
    });
  return by === "code"
    ? who.world.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
        challengeToken,
        code: who.world.freshCode(who.secret),
      })
    : who.world.signIn("useRecoveryCode", "UseRecoveryCodeInput", { challengeToken, code: who.recoveryCodes[0] });
};
const signInWith = async (who: Somebody, by: "code" | "recovery code" | "passkey") => {
  who.token = (await prove(who, (await who.signIn()).result.challengeToken, by)).result.sessionToken;
};

/** What a person does in a session that was just proven in full, and whether dangerous acts are open afterwards. */
type Way = [what: string, opens: boolean, act: (who: Somebody) => Promise<unknown>];
const waysWithoutAuthenticator: Way[] = [
  ["a sign-in with the password", true, async (who) => (who.token = (await who.signIn()).result.sessionToken)],
  ["a sign-in with the password, eleven minutes ago", false, async (who) => who.world.forward(STALE)],
  [
    "the password again",
    true,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who)).toEqual([]);
    },
  ],
  [
    "a wrong password",
    false,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who, { password: "not the password at all" })).toEqual(["INVALID_CREDENTIALS"]);
    },
  ],
  [
    "a change of the password, in an old session",
    false,
    async (who) => {
      who.world.forward(STALE);
      expect(await changePassword(who)).toEqual([]);
    },
  ],
  [
    "a change of the password, in a session whose proof is just expiring",
    false,
    async (who) => {
      who.world.forward(ALMOST_STALE);
      expect(await changePassword(who)).toEqual([]);
      who.world.forward(NOW_STALE);
    },
  ],
  [
    "an authenticator that is begun in time and confirmed when the proof has expired",
    false,
    async (who) => {
      who.world.forward(ALMOST_STALE);
      const { secret } = await who.world.beginEnrollment(who.token);
      who.world.forward(NOW_STALE);
      const confirmed = await who.world.mutate(
        "confirmTwoFactorEnrollment",
        "ConfirmTwoFactorEnrollmentInput",
        "recoveryCodes",
        { code: who.world.code(secret) },
        who.token,
      );
      expect(codesOf(confirmed)).toEqual([]);
    },
  ],
];
const waysWithAuthenticator: Way[] = [
  ["a sign-in with password and code", true, (who) => signInWith(who, "code")],
  ["a sign-in with password and recovery code", true, (who) => signInWith(who, "recovery code")],
  ["a sign-in with password and passkey", true, (who) => signInWith(who, "passkey")],
  ["a sign-in of eleven minutes ago", false, async (who) => who.world.forward(STALE)],
  [
    "the password alone, again",
    false,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who)).toEqual(["INVALID_CODE"]);
    },
  ],
  [
    "the password and a wrong code, again",
    false,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who, { code: "000000" })).toEqual(["INVALID_CODE"]);
    },
  ],
  [
    "the password and a code, again",
    true,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who, { code: who.world.freshCode(who.secret) })).toEqual([]);
    },
  ],
  [
    "the password and a recovery code, again",
    true,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who, { code: who.recoveryCodes[0] })).toEqual([]);
    },
  ],
  [
    "the password and a passkey, again",
    true,
    async (who) => {
      who.world.forward(STALE);
      expect(await stepUp(who, { passkeyResponse: who.passkey.prove(await passkeyOptions(who)) })).toEqual([]);
    },
  ],
  [
    "a change of the password, in an old session",
    false,
    async (who) => {
      who.world.forward(STALE);
      expect(await changePassword(who)).toEqual(["STEP_UP_REQUIRED"]);
    },
  ],
  [
    "a change of the password, in a session whose proof is just expiring",
    false,
    async (who) => {
      who.world.forward(ALMOST_STALE);
      expect(await changePassword(who)).toEqual([]);
      who.world.forward(NOW_STALE);
    },
  ],
  [
    "new recovery codes, in a session whose proof is just expiring",
    false,
    async (who) => {
      who.world.forward(ALMOST_STALE);
      const code = who.world.code(who.secret);
      const made = await who.world.mutate("regenerateRecoveryCodes", "CodeInput", "recoveryCodes", { code }, who.token);
      expect(codesOf(made)).toEqual([]);
      who.world.forward(NOW_STALE);
    },
  ],
];
/**
 * It switches two-factor authentication off: afterwards the requirements for somebody without an authenticator apply.
 */
const wayOutOfAuthenticator: Way = [
  "two-factor authentication switched off, in a session whose proof is just expiring",
  false,
  async (who) => {
    who.world.forward(ALMOST_STALE);
    const code = who.world.code(who.secret);
    const off = await who.world.mutate("disableTwoFactor", "CodeInput", "twoFactor { enrolled }", { code }, who.token);
    expect(codesOf(off)).toEqual([]);
    who.world.forward(NOW_STALE);
  },
];

it("X3 every dangerous act is tried here", () => {
  const tried = Object.keys({ ...ownActs, ...enrolledActs, ...teamActs });
  expect(tried.toSorted()).toEqual(Object.keys(dangerousActs).toSorted());
});

describeOnDatabases("X3 what opens dangerous acts", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  /** The acts that are refused for lack of a fresh proof. */
  async function closedTo(token: string, acts: Record<string, string>): Promise<string[]> {
    const closed: string[] = [];
    const { data } = await world.ask("{ firm { securityPolicy { version } } }", {}, token);
    for (const [name, call] of Object.entries(acts)) {
      const query = `mutation { ${call.replace("VERSION", data?.firm?.securityPolicy.version)} { userErrors { code } } }`;
      const answer = await world.ask(query, {}, token);
      expect([name, answer.errors]).toEqual([name, undefined]);
      if (codesOf(answer.data[name]).includes("STEP_UP_REQUIRED")) closed.push(name);
    }
    return closed;
  }
  /** After each way, which acts are closed, beside which ones should be. */
  async function mustOpen(
    ways: readonly Way[],
    make: () => Promise<Somebody>,
    actsAfter: (way: Way) => Record<string, string>,
  ): Promise<void> {
    const found: [string, string[]][] = [];
    for (const way of ways) {
      const who = await make();
      await way[2](who);
      found.push([way[0], await closedTo(who.token, actsAfter(way))]);
    }
    expect(found).toEqual(ways.map((way) => [way[0], way[1] ? [] : Object.keys(actsAfter(way))]));
  }

  const somebody = (token: string, email: string, password: string, signIn: Somebody["signIn"]): Somebody => ({
    world,
    token,
    email,
    password,
    signIn,
    secret: "",
    recoveryCodes: [],
    passkey: new SoftwarePasskey(`http://localhost:${new URL(world.url).port}`),
  });
  async function member(): Promise<Somebody> {
    const { owner: email } = await world.firm();
    const signIn = () => world.signIn("teamSignIn", "TeamSignInInput", { email, password: OWNER_PASSWORD });
    return somebody((await signIn()).result.sessionToken, email, OWNER_PASSWORD, signIn);
  }
  async function client(): Promise<Somebody> {
    const firm = await world.firm();
    return clientOf(firm, await world.ownerToken(firm));
  }
  async function clientOf(firm: { slug: string }, owner: string): Promise<Somebody> {
    const { email, created } = await world.client(firm, owner);
    const signIn = () => world.portalSignIn(firm, email);
    return somebody(created.result.sessionToken, email, CLIENT_PASSWORD, signIn);
  }
  /** With an authenticator and a passkey, and a session that was just proven by both factors. */
  async function enrolled(who: Somebody): Promise<Somebody> {
    Object.assign(who, await world.enroll({ token: who.token }), { token: who.token });
    const begun = await world.ask("mutation { beginPasskeyRegistration { options } }", {}, who.token);
    const response = who.passkey.register(begun.data.beginPasskeyRegistration.options);
    await world.mutate("addPasskey", "AddPasskeyInput", "passkey { id }", { response, name: "Laptop" }, who.token);
    expect(await stepUp(who, { code: world.freshCode(who.secret) })).toEqual([]);
    return who;
  }

  it("for a colleague and for a client without an authenticator: the password, given now, and nothing else", async () => {
    await mustOpen(waysWithoutAuthenticator, member, () => ({ ...ownActs, ...teamActs }));
    await mustOpen(waysWithoutAuthenticator, client, () => ownActs);
  }, 240_000);

  it("for a colleague and for a client with one: the password and a second factor, both given now, and nothing else", async () => {
    const ways = [...waysWithAuthenticator, wayOutOfAuthenticator];
    const actsAfter = (way: Way) => ({ ...ownActs, ...(way === wayOutOfAuthenticator ? {} : enrolledActs) });
    await mustOpen(
      ways,
      async () => enrolled(await member()),
      (way) => ({ ...actsAfter(way), ...teamActs }),
    );
    await mustOpen(ways, async () => enrolled(await client()), actsAfter);
  }, 240_000);

  it("a sign-in from a trusted device opens none, until password and code are given", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const trusting = { trustedDeviceDays: 30, expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", trusting, owner);
    const who = await enrolled(await clientOf(firm, owner));
    const { challengeToken } = (await who.signIn()).result;
    const proven = await world.ask(
      "mutation($input: VerifyTwoFactorInput!) { verifyTwoFactor(input: $input) { userErrors { code } } }",
      { input: { challengeToken, code: world.freshCode(who.secret), trustDevice: true, transport: "TOKEN" } },
    );
    const cookie = /gatehouse_device=[^;]+/.exec(proven.headers.get("set-cookie") ?? "")?.[0] ?? "";
    const trusted = await world.ask(
      "mutation($input: PortalSignInInput!) { portalSignIn(input: $input) { result { ... on SignedIn { sessionToken session { assurance } } } } }",
      { input: { firmSlug: firm.slug, email: who.email, password: CLIENT_PASSWORD, transport: "TOKEN" } },
      undefined,
      { cookie },
    );
    const { sessionToken, session } = trusted.data.portalSignIn.result;
    expect(session.assurance).toBe("TWO_FACTOR");
    who.token = sessionToken;
    const acts = { ...ownActs, ...enrolledActs };
    expect(await closedTo(sessionToken, acts)).toEqual(Object.keys(acts));
    expect(await changePassword(who)).toEqual(["STEP_UP_REQUIRED"]);
    expect(await closedTo(sessionToken, acts)).toEqual(Object.keys(acts));
    expect(await stepUp(who)).toEqual(["INVALID_CODE"]);
    expect(await stepUp(who, { code: world.freshCode(who.secret) })).toEqual([]);
    expect(await closedTo(sessionToken, acts)).toEqual([]);
  });

  it("an account created by a mailed link and a password chosen by one open them, with the code if there is an authenticator", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const created = await clientOf(firm, owner);
    expect(await closedTo(created.token, ownActs)).toEqual([]);
    const reset = async (who: Somebody) => {
      const asked = { firmSlug: firm.slug, email: who.email };
      await world.mutate("requestPasswordReset", "PortalEmailInput", "accepted", asked);
      const resetToken = await world.mailedToken(who.email, /Reset your password/);
      return world.signIn("resetPassword", "ResetPasswordInput", { resetToken, newPassword: NEW_PASSWORD });
    };
    expect(await closedTo((await reset(created)).result.sessionToken, ownActs)).toEqual([]);
    const who = await enrolled(await clientOf(firm, owner));
    const { result } = await reset(who);
    expect(result.__typename).toBe("TwoFactorRequired");
    const proven = await prove(who, result.challengeToken, "code");
    expect(await closedTo(proven.result.sessionToken, { ...ownActs, ...enrolledActs })).toEqual([]);

    const invite = { email: `ada-${randomBytes(4).toString("hex")}@team.example`, name: "Ada", role: "ADMIN" };
    const freshOwner = await world.ownerToken(firm);
    await world.mutate("inviteTeamMember", "InviteTeamMemberInput", "teamMember { id }", invite, freshOwner);
    const token = await world.mailedToken(invite.email, /./);
    const joined = await world.signIn("chooseTeamPassword", "ChooseTeamPasswordInput", {
      token,
      password: NEW_PASSWORD,
    });
    expect(await closedTo(joined.result.sessionToken, { ...ownActs, ...teamActs })).toEqual([]);
  });

  it("an authenticator that the firm requires, set up on the way in, opens them", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const who = await clientOf(firm, owner);
    const mode = { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: 1 };
    await world.mutate("updateSecurityPolicy", "UpdateSecurityPolicyInput", "firm { id }", mode, owner);
    const { enrollmentToken } = (await who.signIn()).result;
    const emailCode = /\b\d{6}\b/.exec((await world.mail(who.email, /code to set up/i)).text)?.[0];
    const { sessionToken } = await world.enroll({ enrollmentToken, ...(emailCode ? { emailCode } : {}) });
    expect(await closedTo(sessionToken ?? "", ownActs)).toEqual([]);
  });

  it("a magic link opens none, even if the code was given for it", async () => {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const who = await enrolled(await clientOf(firm, owner));
    const freshOwner = await world.ownerToken(firm);
    const { data } = await world.ask(
      "query($email: String!) { contacts(filter: { search: $email }) { nodes { id } } }",
      { email: who.email },
      freshOwner,
    );
    const request = { contactId: data.contacts.nodes[0].id, title: "Papers", items: ["One"] };
    await world.mutate("sendClientRequest", "SendClientRequestInput", "request { id }", request, freshOwner);
    const claim = { token: await world.mailedToken(who.email, /Papers/), deviceKey: randomBytes(24).toString("hex") };
    const { result } = await world.mutate(
      "claimMagicLink",
      "ClaimMagicLinkInput",
      "result { ... on TwoFactorRequired { challengeToken } }",
      { ...claim, transport: "TOKEN" },
    );
    const { sessionToken } = (await prove(who, result.challengeToken, "code")).result;
    for (const call of Object.values({ ...ownActs, ...enrolledActs })) {
      const { errors } = await world.ask(`mutation { ${call} { userErrors { code } } }`, {}, sessionToken);
      expect([call, errors?.map(({ extensions }) => extensions.code)]).toEqual([call, ["FORBIDDEN"]]);
    }
  });
});
