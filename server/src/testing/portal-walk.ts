import { digestOf } from "../platform/crypto/tokens.js";
import { restoreSnapshot, takeSnapshot, type Snapshot } from "./snapshots.js";
import { totpAt } from "./totp.js";
import { CLIENT_PASSWORD, World, type Data } from "./world.js";

/** A session that somebody has. `code`: the authenticator (its secret) whose code was typed for it. */
interface HeldSession {
  token: string;
  id: string;
  code: string | null;
  /** The mailbox was proven in its flow. */
  isMailRead: boolean;
}

/** Everything that a client has obtained, or a thief with the client's password and mailbox. */
interface Held {
  password: string;
  invite?: string;
  confirmation?: string;
  /** From AccountRequired. */
  linkConfirmation?: string;
  reset?: string;
  challenge?: string;
  linkChallenge?: string;
  enrollment?: { token: string; needsMailedCode: boolean };
  /** A secret that was shown and not confirmed yet, with the token of its sign-in or session. */
  pending?: { secret: string; enrollmentToken: string | null; sessionToken: string | null };
  recoveryCodes: string[];
  sessions: HeldSession[];
}

/** The state of things according to the responses: recorded by the walk, not queried from the product. */
interface Truth {
  mode: string;
  enforcedFrom: number | null;
  magicLinkRequiresTwoFactor: boolean;
  plan: "TEAM" | "BUSINESS";
  hasAccount: boolean;
  /** The secret of the current authenticator. */
  authenticator: string | null;
}

/** A state of the whole world: the database, the time, what the client has and what is true. */
export interface Place {
  database: Snapshot;
  at: number;
  held: Held;
  truth: Truth;
  /** The calls that led here. */
  story: readonly string[];
}

const SIGNED_IN = "__typename ... on SignedIn { sessionToken session { id } }";
const RESULT = `result { ${SIGNED_IN} ... on TwoFactorRequired { challengeToken } ... on TwoFactorEnrollmentRequired { enrollmentToken emailCodeRequired } }`;
const DEVICES = ["a device of the client's", "another device of the client's"] as const;
const CALL_SECONDS = 1;
const MODES = {
  "the firm chooses login": { mode: "MAGIC_LINK_AND_LOGIN", magicLinkRequiresTwoFactor: true },
  "the firm chooses links only": { mode: "MAGIC_LINK_ONLY", magicLinkRequiresTwoFactor: true },
  "the firm requires 2FA": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: true },
  "the firm requires 2FA, but not of links": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: false },
  "the firm announces 2FA": { mode: "MAGIC_LINK_AND_LOGIN_2FA", magicLinkRequiresTwoFactor: true, inMinutes: 5 },
} as const;

interface Call {
  /** Whether there is something to call it with. */
  can(place: Place): boolean;
  make(place: Place): Promise<void>;
}

/**
 * One client of one firm, every call that leads into the portal or changes who may enter, and a judge of what is open
 * afterwards. The walk can return to a place, so that all orders of calls are tried against the real server.
 */
export class PortalWalk {
  /** The combinations that were seen open: mode, enrollment and assurance. */
  readonly opened = new Set<string>();
  /** Calls that were made. */
  made = 0;

  private constructor(
    private readonly world: World,
    private readonly given: {
      firm: { id: string; slug: string };
      owner: string;
      contactId: string;
      email: string;
      /** The link's request, another one of the same client, and one of somebody else. */
      requests: { linked: string; other: string; strangers: string };
      link: string;
    },
    readonly start: Place,
  ) {}

  static async begin(world: World): Promise<PortalWalk> {
    const firm = await world.firm();
    const owner = await world.ownerToken(firm);
    const { id: contactId, email } = await world.contact(owner);
    const stranger = await world.contact(owner);
    const send = async (to: string, title: string): Promise<string> =>
      (
        await world.mutate(
          "sendClientRequest",
          "SendClientRequestInput",
          "request { id }",
          { contactId: to, title, items: ["Payroll"] },
          owner,
        )
      ).request.id;
    const requests = {
      linked: await send(contactId, "Linked"),
      other: await send(contactId, "Other"),
      strangers: await send(stranger.id, "Not yours"),
    };
    const link = await world.mailedToken(email, /asks: Linked/);
    await world.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmation = await world.mailedToken(email, /Create your account/);
    await world.mutate(
      "inviteContacts",
      "InviteContactsInput",
      "results { contact { id } }",
      { contactIds: [contactId] },
      owner,
    );
    const invite = await world.mailedToken(email, /invites you/);
    const start: Place = {
      database: await takeSnapshot(world.app.work),
      at: world.now(),
      held: { password: CLIENT_PASSWORD, confirmation, invite, recoveryCodes: [], sessions: [] },
      truth: {
        mode: "MAGIC_LINK_AND_LOGIN",
        enforcedFrom: null,
        magicLinkRequiresTwoFactor: true,
        plan: "BUSINESS",
        hasAccount: false,
        authenticator: null,
      },
      story: [],
    };
    return new PortalWalk(world, { firm, owner, contactId, email, requests, link }, start);
  }

  get calls(): string[] {
    return Object.keys(this.all);
  }
  callsAt(place: Place): string[] {
    return this.calls.filter((name) => this.all[name]?.can(place));
  }

  /**
   * Makes calls from a place, concurrently if several are given, judges what is open then, and returns the place that
   * this leads to.
   */
  async go(from: Place, ...names: string[]): Promise<Place> {
    const place: Place = { ...from, held: structuredClone(from.held), truth: { ...from.truth } };
    place.story = [...from.story, names.join(" || ")];
    // Limits are tested elsewhere; here they would only stop the walk.
    const kept = new Map([...from.database].filter(([table]) => table !== "attempt_counters"));
    await restoreSnapshot(this.world.app.work, kept);
    place.at += CALL_SECONDS * 1000;
    this.setClock(place.at);
    await this.world.app.work.do((unit) =>
      unit.manager.query(
        "UPDATE sessions SET authenticatedAt = ?, lastUsedAt = ?, expiresAt = ? WHERE audience = 'TEAM'",
        [place.at, place.at, place.at + 3_600_000],
      ),
    );
    try {
      await Promise.all(names.map((name) => this.all[name]?.make(place)));
      await this.judge(place);
    } catch (error) {
      throw new Error(`${place.story.join("\n  ")}\n${String(error)}`, { cause: error });
    }
    this.made += names.length;
    place.database = await takeSnapshot(this.world.app.work);
    return place;
  }

  /** Several calls, one after another. */
  async goAlong(from: Place, ...names: string[]): Promise<Place> {
    let place = from;
    for (const name of names) place = await this.go(place, name);
    return place;
  }

  /** The same place without any tokens: nobody is signed in or signing in. */
  emptyHanded({ held: { password, recoveryCodes }, ...place }: Place): Place {
    return { ...place, held: { password, recoveryCodes, sessions: [] } };
  }

  /** Two places with the same text differ in nothing that decides what comes next, except in how much time is left. */
  textOf({ database, at, held, truth }: Place): string {
    const rows = (table: string): Data[] => (database.get(table) ?? []) as Data[];
    const byToken = (table: string, token: string | undefined): Data =>
      token === undefined ? undefined : rows(table).find(({ tokenDigest }) => tokenDigest === digestOf(token));
    const isLive = (row: Data) => row !== undefined && row.spentAt === null && Number(row.expiresAt) > at;
    const challenge = (token: string | undefined) => {
      const row = byToken("sign_in_challenges", token);
      const version = rows("password_credentials").find(({ ownerId }) => ownerId === row?.ownerId)?.version;
      return isLive(row) && row.credentialVersion === version && [row.door, Number(row.isMailboxProven)];
    };
    const sessionChallenge = (sessionId: string) => {
      const row = rows("sign_in_challenges").find((found) => found.sessionId === sessionId && isLive(found));
      const version = rows("password_credentials").find(({ ownerId }) => ownerId === row?.ownerId)?.version;
      return isLive(row) && row.credentialVersion === version && Number(row.isMailboxProven);
    };
    const pending = rows("pending_totp_enrollments").find(({ expiresAt }) => Number(expiresAt) > at);
    const sessions = held.sessions.map(({ token, code }) => {
      const row = byToken("sessions", token);
      const isCodes = code === truth.authenticator;
      return [
        row.assurance,
        Number(row.isSecondFactorProven),
        row.revokedAt === null,
        isCodes,
        sessionChallenge(row.id),
      ];
    });
    return JSON.stringify([
      truth.mode,
      truth.enforcedFrom === null ? null : truth.enforcedFrom > at,
      truth.magicLinkRequiresTwoFactor,
      truth.plan,
      truth.hasAccount,
      truth.authenticator !== null,
      rows("magic_links").map((row) => [row.claimedAt !== null, row.revokedAt !== null]),
      rows("magic_links").map(({ deviceKeyDigest }) => DEVICES.findIndex((key) => digestOf(key) === deviceKeyDigest)),
      [held.invite, held.confirmation, held.linkConfirmation, held.reset].map((token) =>
        isLive(byToken("mailed_tokens", token)),
      ),
      [held.challenge, held.linkChallenge, held.enrollment?.token].map(challenge),
      pending !== undefined && held.pending !== undefined && [held.pending.enrollmentToken !== null],
      held.recoveryCodes.length > 0,
      sessions.toSorted(),
    ]);
  }

  private setClock(at: number): void {
    this.world.forward({ seconds: (at - this.world.now()) / 1000 });
  }

  private isDemanded({ truth }: Place): boolean {
    const { mode, enforcedFrom } = truth;
    return mode === "MAGIC_LINK_AND_LOGIN_2FA" && (enforcedFrom === null || enforcedFrom <= this.world.now());
  }

  /** What a mode allows, in the walk's own words, checked for every session that the client has. */
  private async judge(place: Place): Promise<void> {
    const { held, truth } = place;
    const { requests } = this.given;
    const revoked = new Set<string>();
    for (const session of held.sessions) {
      const { data } = await this.world.ask(
        `query($other: ID!, $strangers: ID!) {
          viewer { ... on PortalViewer { account { id } session { assurance } requests { nodes { id } } } }
          other: node(id: $other) { id } strangers: node(id: $strangers) { id } }`,
        requests,
        session.token,
      );
      const row = (await this.world.app.work.reader.query("SELECT revokedAt FROM sessions WHERE tokenDigest = ?", [
        digestOf(session.token),
      ])) as { revokedAt: number | null }[];
      if (row[0]?.revokedAt !== null) revoked.add(session.token);
      const { viewer, other, strangers } = data;
      if (viewer === null) continue;
      const { assurance } = viewer.session;
      const fail = (what: string) => {
        throw new Error(
          `${what}: ${JSON.stringify({ assurance, truth: { ...truth, authenticator: truth.authenticator !== null } })}`,
        );
      };
      if (revoked.has(session.token)) fail("a session that had ended is open");
      this.opened.add(`${truth.mode} ${truth.authenticator === null ? "plain" : "enrolled"} ${assurance}`);
      const seen: string[] = viewer.requests.nodes.map(({ id }: { id: string }) => id);
      const isProven = session.code !== null && session.code === truth.authenticator;
      if (strangers !== null || seen.includes(requests.strangers)) fail("another client's request is visible");
      if (viewer.account !== null) {
        if (!truth.hasAccount) fail("a session of an account that is gone");
        if (truth.mode === "MAGIC_LINK_ONLY") fail("an account-wide session where links alone are allowed");
        if ((truth.authenticator !== null || this.isDemanded(place)) && !isProven)
          fail("an account-wide session without the code");
        if ((assurance === "TWO_FACTOR") !== isProven) fail("a session that claims more or less than was proven");
      } else {
        if (assurance !== "LINK") fail("a session without an account that is not a link's");
        if (other !== null || seen.join() !== requests.linked) fail("a link reaches more than its one request");
        if (truth.mode !== "MAGIC_LINK_ONLY" && !isProven) {
          if (truth.authenticator !== null) fail("an enrolled client's link without the code");
          if (this.isDemanded(place) && truth.magicLinkRequiresTwoFactor) fail("a link without the required code");
        }
      }
    }
    held.sessions = held.sessions.filter(({ token }) => !revoked.has(token));
  }

  /** Records what a sign-in call returned. */
  private arrive({ held }: Place, result: Data, code: string | null = null, isMailRead = false): void {
    switch (result?.__typename) {
      case "SignedIn":
        held.sessions = [
          { token: result.sessionToken, id: result.session.id, code, isMailRead },
          ...held.sessions,
        ].slice(0, 3);
        break;
      case "TwoFactorRequired":
        held.challenge = result.challengeToken;
        break;
      case "TwoFactorEnrollmentRequired":
        held.enrollment = { token: result.enrollmentToken, needsMailedCode: result.emailCodeRequired };
        break;
      case "AccountRequired":
        held.linkConfirmation = result.confirmationToken;
    }
  }

  private mutate(name: string, type: string, selection: string, input: object, token?: string): Promise<Data> {
    return this.world.mutate(name, `${type}Input`, selection, input, token);
  }

  /** A code that was not used yet. */
  private freshCode(place: Place, secret: string): string {
    place.at += 31_000;
    this.setClock(place.at);
    return totpAt(secret, place.at);
  }

  private accountSession({ held }: Place): HeldSession | undefined {
    return held.sessions[0];
  }

  private async create(place: Place, confirmationToken: string | undefined, token?: string): Promise<void> {
    const input = { confirmationToken, password: CLIENT_PASSWORD, transport: "TOKEN" };
    const { result } = await this.mutate("createPortalAccount", "CreatePortalAccount", RESULT, input, token);
    if (result === null) return;
    Object.assign(place.truth, { hasAccount: true, authenticator: null });
    place.held.password = CLIENT_PASSWORD;
    this.arrive(place, result, null, true);
  }

  private async claim(place: Place, deviceKey: string): Promise<void> {
    const { result } = await this.mutate(
      "claimMagicLink",
      "ClaimMagicLink",
      `result { ${SIGNED_IN} ... on TwoFactorRequired { challengeToken } ... on AccountRequired { confirmationToken } }`,
      { token: this.given.link, deviceKey, transport: "TOKEN" },
    );
    if (result?.__typename === "TwoFactorRequired") place.held.linkChallenge = result.challengeToken;
    else this.arrive(place, result);
  }

  private async prove(place: Place, challengeToken: string | undefined): Promise<void> {
    const secret = place.truth.authenticator ?? "";
    const input = { challengeToken, code: this.freshCode(place, secret), transport: "TOKEN" };
    const { result } = await this.mutate("verifyTwoFactor", "VerifyTwoFactor", RESULT, input);
    this.arrive(place, result, secret);
  }

  private async recover(place: Place, challengeToken: string | undefined): Promise<void> {
    const { authenticator } = place.truth;
    const input = { challengeToken, code: place.held.recoveryCodes.shift(), transport: "TOKEN" };
    const { result } = await this.mutate("useRecoveryCode", "UseRecoveryCode", RESULT, input);
    this.arrive(place, result, authenticator);
  }

  private async beginEnrollment(place: Place, by: { enrollmentToken?: string; emailCode?: string }, token?: string) {
    const { enrollment, userErrors } = await this.mutate(
      "beginTwoFactorEnrollment",
      "BeginTwoFactorEnrollment",
      "enrollment { secret }",
      by,
      token,
    );
    if (enrollment)
      place.held.pending = {
        secret: enrollment.secret,
        enrollmentToken: by.enrollmentToken ?? null,
        sessionToken: token ?? null,
      };
    return { secret: enrollment?.secret as string | undefined, codes: userErrors.map(({ code }: Data) => code) };
  }

  private async confirmEnrollment(place: Place): Promise<void> {
    const { pending } = place.held;
    if (!pending) return;
    const { enrollmentToken, sessionToken, secret } = pending;
    const { recoveryCodes, signedIn } = await this.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollment",
      `recoveryCodes signedIn { ${SIGNED_IN.replace(" ... on SignedIn { sessionToken session { id } }", " sessionToken session { id }")} }`,
      { enrollmentToken, code: this.freshCode(place, secret), transport: "TOKEN" },
      sessionToken ?? undefined,
    );
    if (recoveryCodes === null) return;
    place.truth.authenticator = secret;
    place.held.recoveryCodes = recoveryCodes.slice(0, 3);
    if (signedIn) this.arrive(place, signedIn, secret);
    for (const session of place.held.sessions) if (session.token === sessionToken) session.code = secret;
  }

  private async administer(name: string, type: string, input: object): Promise<boolean> {
    const selection = type === "UpdateSecurityPolicy" ? "firm { id }" : "contact { id }";
    const { userErrors } = await this.mutate(name, type, selection, input, this.given.owner);
    return userErrors.length === 0;
  }

  private async setMode(
    place: Place,
    { inMinutes, ...change }: { mode: string; magicLinkRequiresTwoFactor: boolean; inMinutes?: number },
  ): Promise<void> {
    const [row] = (await this.world.app.work.reader.query("SELECT version FROM security_policies WHERE firmId = ?", [
      this.given.firm.id,
    ])) as { version: number }[];
    const enforcedFrom = inMinutes === undefined ? null : place.at + inMinutes * 60_000;
    const isSet = await this.administer("updateSecurityPolicy", "UpdateSecurityPolicy", {
      ...change,
      enforcedFrom: enforcedFrom === null ? null : new Date(enforcedFrom).toISOString(),
      expectedVersion: row?.version,
    });
    if (isSet) Object.assign(place.truth, change, { enforcedFrom });
  }

  private async setPlan(place: Place, plan: Truth["plan"]): Promise<void> {
    await this.world.changePlan(this.given.firm.id, plan);
    place.truth.plan = plan;
  }

  private readonly all: Record<string, Call> = {
    "sign in": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const { firm, email } = this.given;
        const input = { firmSlug: firm.slug, email, password: place.held.password, transport: "TOKEN" };
        this.arrive(place, (await this.mutate("portalSignIn", "PortalSignIn", RESULT, input)).result);
      },
    },
    "create the account by the invitation": {
      can: ({ held }) => held.invite !== undefined,
      make: (place) => this.create(place, place.held.invite),
    },
    "create the account by the requested mail": {
      can: ({ held }) => held.confirmation !== undefined,
      make: (place) => this.create(place, place.held.confirmation),
    },
    "create the account by the link's token": {
      can: ({ held }) => held.linkConfirmation !== undefined,
      make: (place) => this.create(place, place.held.linkConfirmation),
    },
    "create the account from a session": {
      can: (place) => this.accountSession(place) !== undefined,
      make: (place) => this.create(place, undefined, this.accountSession(place)?.token),
    },
    "reset the password by mail": {
      can: ({ held }) => held.reset !== undefined,
      make: async (place) => {
        const newPassword = `${place.held.password}!`;
        const input = { resetToken: place.held.reset, newPassword, transport: "TOKEN" };
        const { result } = await this.mutate("resetPassword", "ResetPassword", RESULT, input);
        if (result === null) return;
        place.held.password = newPassword;
        this.arrive(place, result, null, true);
      },
    },
    "claim the link": { can: () => true, make: (place) => this.claim(place, DEVICES[0]) },
    "claim the link on another device": { can: () => true, make: (place) => this.claim(place, DEVICES[1]) },
    "type the code": {
      can: ({ held, truth }) => held.challenge !== undefined && truth.authenticator !== null,
      make: (place) => this.prove(place, place.held.challenge),
    },
    "type the code for the link": {
      can: ({ held, truth }) => held.linkChallenge !== undefined && truth.authenticator !== null,
      make: (place) => this.prove(place, place.held.linkChallenge),
    },
    "use a recovery code": {
      can: ({ held }) => held.challenge !== undefined && held.recoveryCodes.length > 0,
      make: (place) => this.recover(place, place.held.challenge),
    },
    "use a recovery code for the link": {
      can: ({ held }) => held.linkChallenge !== undefined && held.recoveryCodes.length > 0,
      make: (place) => this.recover(place, place.held.linkChallenge),
    },
    "begin to enroll with the mailed code": {
      can: ({ held }) => held.enrollment !== undefined,
      make: async (place) => {
        const { token: enrollmentToken, needsMailedCode } = place.held.enrollment ?? {
          token: "",
          needsMailedCode: false,
        };
        const text = needsMailedCode ? (await this.world.mail(this.given.email, /code/i)).text : "";
        await this.beginEnrollment(place, { enrollmentToken, emailCode: /\b\d{6}\b/.exec(text)?.[0] ?? "" });
      },
    },
    "begin to enroll without the mailed code": {
      can: ({ held }) => held.enrollment?.needsMailedCode === true,
      make: async (place) => {
        const enrollmentToken = place.held.enrollment?.token ?? "";
        const { secret } = await this.beginEnrollment(structuredClone(place), { enrollmentToken });
        const [row] = (await this.world.app.work.reader.query(
          "SELECT isMailboxProven FROM sign_in_challenges WHERE tokenDigest = ?",
          [digestOf(enrollmentToken)],
        )) as { isMailboxProven: number }[];
        if (secret !== undefined && !row?.isMailboxProven) throw new Error("a password alone enrolls a phone");
      },
    },
    "begin to enroll in a session": {
      can: (place) => this.accountSession(place) !== undefined,
      make: async (place) => {
        const session = this.accountSession(place);
        // A session by a link alone, or one that ended, is refused with a top-level error.
        const begun = await this.beginEnrollment(place, {}, session?.token).catch(() => undefined);
        if (begun?.secret !== undefined && !session?.isMailRead)
          throw new Error("a password alone enrolls a phone in a session");
      },
    },
    "begin to enroll in a session with the mailed code": {
      can: (place) => this.accountSession(place) !== undefined,
      make: async (place) => {
        const session = this.accountSession(place);
        const asked = await this.beginEnrollment(place, {}, session?.token).catch(() => undefined);
        if (!session || asked?.codes[0] !== "EMAIL_CODE_REQUIRED") return;
        const { text } = await this.world.mail(this.given.email, /code/i);
        const emailCode = /\b\d{6}\b/.exec(text)?.[0] ?? "";
        const { secret } = await this.beginEnrollment(place, { emailCode }, session.token);
        session.isMailRead ||= secret !== undefined;
      },
    },
    "confirm the enrollment": {
      can: ({ held }) => held.pending !== undefined,
      make: async (place) => {
        const isOfSession = place.held.pending?.enrollmentToken === null;
        await this.confirmEnrollment(place).catch((error: unknown) => {
          if (!isOfSession) throw error;
        });
      },
    },
    "switch 2FA off": {
      can: (place) => this.accountSession(place) !== undefined && place.truth.authenticator !== null,
      make: async (place) => {
        const session = this.accountSession(place);
        const code = this.freshCode(place, place.truth.authenticator ?? "");
        const done = await this.mutate(
          "disableTwoFactor",
          "Code",
          "twoFactor { enrolled }",
          { code },
          session?.token,
        ).catch(() => null);
        if (!session || done?.twoFactor?.enrolled !== false) return;
        place.truth.authenticator = null;
        session.code = null;
        session.isMailRead = false;
      },
    },
    "change the password": {
      can: (place) => this.accountSession(place) !== undefined,
      make: async (place) => {
        const session = this.accountSession(place);
        const newPassword = `${place.held.password}!`;
        const input = { currentPassword: place.held.password, newPassword };
        const done = await this.mutate(
          "changePassword",
          "ChangePassword",
          "session { id }",
          input,
          session?.token,
        ).catch(() => null);
        if (!session || !done?.session) return;
        place.held.password = newPassword;
        session.isMailRead = false;
      },
    },
    "step up": {
      can: (place) => this.accountSession(place) !== undefined,
      make: async (place) => {
        const { authenticator } = place.truth;
        const session = this.accountSession(place);
        const code = authenticator === null ? undefined : this.freshCode(place, authenticator);
        await this.mutate(
          "stepUp",
          "StepUp",
          "session { id }",
          { password: place.held.password, code },
          session?.token,
        ).catch(() => null);
      },
    },
    "the firm sends a password reset": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const { contactId, email } = this.given;
        if (await this.administer("sendPasswordReset", "ContactId", { contactId }))
          place.held.reset = await this.world.mailedToken(email, /password/i);
      },
    },
    "the firm resets 2FA": {
      can: ({ truth }) => truth.authenticator !== null,
      make: async (place) => {
        const input = { contactId: this.given.contactId, reason: "lost phone" };
        if (await this.administer("resetTwoFactor", "ContactReason", input)) place.truth.authenticator = null;
      },
    },
    "the firm deletes the account": {
      can: ({ truth }) => truth.hasAccount,
      make: async (place) => {
        const input = { contactId: this.given.contactId, reason: "left" };
        if (await this.administer("deletePortalAccount", "ContactReason", input))
          Object.assign(place.truth, { hasAccount: false, authenticator: null });
      },
    },
    ...Object.fromEntries(
      Object.entries(MODES).map(([name, change]) => [
        name,
        { can: () => true, make: (place: Place) => this.setMode(place, change) },
      ]),
    ),
    "the announced day comes": {
      can: ({ truth, at }) => truth.enforcedFrom !== null && truth.enforcedFrom > at,
      make: async (place) => {
        place.at = (place.truth.enforcedFrom ?? 0) + 1000;
        this.setClock(place.at);
      },
    },
    "the plan goes to TEAM": {
      can: ({ truth }) => truth.plan !== "TEAM",
      make: (place) => this.setPlan(place, "TEAM"),
    },
    "the plan goes to BUSINESS": {
      can: ({ truth }) => truth.plan !== "BUSINESS",
      make: (place) => this.setPlan(place, "BUSINESS"),
    },
  };
}
