import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { CLIENT_PASSWORD, type Api, type Data } from "../api.js";
import type { SmtpSink } from "../services.js";
import type { Ledger } from "./ledger.js";

const PAUSE_MS = 100;
const MAIL_MS = 60_000;
const OWNER_FRESH_MS = 240_000;
const UPSERT_ROWS = 8;
const GUESS_EVERY_MS = 700;

export interface LoadedFirm {
  slug: string;
  owner: string;
  ownerPassword: string;
  admin: string;
}

/** Ends a person's story: the load is over. */
class Over extends Error {}
/** The request got no response, so that nobody knows whether it was done. */
class NoAnswer extends Error {}

const random = (what: string) => `${what}-${randomBytes(5).toString("hex")}`;
const oneIn = (n: number) => randomInt(n) === 0;

/**
 * People who use two firms' portals while their server is killed and restarted: clients who come by invitation or on
 * their own, enroll, and sign in with codes and recovery codes; clients who claim magic links; owners who invite, send
 * requests and reset authenticators; an integrator who upserts contacts; and an attacker who guesses codes. Each tries
 * everything that works once twice at the same moment, and again if no response came.
 */
export class Load {
  private isOver = false;
  private stories: Promise<void>[] = [];
  private readonly ownerTokens = new Map<string, { token: Promise<string>; since: number }>();

  constructor(
    private readonly api: Api,
    private readonly sink: SmtpSink,
    private readonly ledger: Ledger,
    private readonly firms: {
      /** In MAGIC_LINK_AND_LOGIN_2FA. */
      strict: LoadedFirm;
      /** In MAGIC_LINK_AND_LOGIN. */
      plain: LoadedFirm;
    },
    private readonly integratorKey: string,
  ) {}

  start(): void {
    const { strict, plain } = this.firms;
    this.stories = [
      ...Array.from({ length: 4 }, () => this.again(() => this.clientStory(strict))),
      this.again(() => this.clientStory(plain)),
      ...Array.from({ length: 3 }, () => this.again(() => this.magicLinkStory(plain))),
      this.again(() => this.upsertStory()),
      this.again(() => this.ownerStory(strict)),
      this.again(() => this.guesserStory(strict)),
    ];
  }
  /** Starts nothing new, and waits for what is in progress. */
  async stop(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.stories);
  }

  private async again(story: () => Promise<void>): Promise<void> {
    while (!this.isOver) {
      try {
        await story();
        await wait(PAUSE_MS);
      } catch (error) {
        if (!(error instanceof Over)) this.ledger.breach(`a story broke off: ${String(error)}`);
        if (!(error instanceof Over)) await wait(1000);
      }
    }
  }

  // ---------------------------------------------------------------------------------------------- requests

  /** One request. An INTERNAL error is a breach; no response at all throws NoAnswer. */
  private async once(ask: () => Promise<Data>): Promise<Data> {
    try {
      const answer = await ask();
      this.ledger.count("requests answered");
      return answer;
    } catch (error) {
      // What fetch throws is not an Error of this realm.
      const text = `${String(error)} ${String((error as Error).cause ?? "")}`;
      if (/INTERNAL|UNAUTHENTICATED|FORBIDDEN|BAD_USER_INPUT/.test(text)) {
        this.ledger.breach(`an unexpected answer: ${text}`);
        await wait(1000);
      }
      if (!/ECONNREFUSED|STARTING/.test(text)) this.ledger.count("requests cut off by a kill");
      throw new NoAnswer(text);
    }
  }
  /** Repeats the request until there is a response; `again` says that an earlier one got none. */
  private async insist(ask: (isAgain: boolean) => Promise<Data>): Promise<Data> {
    for (let isAgain = false; ; isAgain = true) {
      if (this.isOver) throw new Over();
      try {
        return await this.once(() => ask(isAgain));
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        await wait(PAUSE_MS);
      }
    }
  }

  /**
   * Uses something that works once: twice at the same moment, then again wherever no response came, and once more to
   * see that it is spent. Returns the successful response; null if none was seen (it may have succeeded without a
   * response).
   */
  private async spend(what: string, use: () => Promise<Data>, hasBought: (answer: Data) => boolean): Promise<Data> {
    const bought: Data[] = [];
    const tryIt = async () => {
      try {
        const answer = await this.once(use);
        if (hasBought(answer)) bought.push(answer);
        return true;
      } catch (error) {
        if (error instanceof NoAnswer) return false;
        throw error;
      }
    };
    const answered = await Promise.all([tryIt(), tryIt()]);
    let isAnswered = answered.every(Boolean);
    if (!isAnswered) this.ledger.count(`${what}: spent while the server died`);
    while (!isAnswered) {
      if (this.isOver) throw new Over();
      await wait(PAUSE_MS);
      isAnswered = await tryIt();
    }
    if (oneIn(3)) await tryIt();
    this.ledger.count(`${what}: spent`, bought.length);
    if (bought.length > 1) this.ledger.breach(`${what} worked ${bought.length} times`);
    return bought[0] ?? null;
  }

  /** The secret in a mail that came after the first `seen` of its kind. */
  private async mailed(to: string, subject: RegExp, secret: RegExp, seen = 0): Promise<string | null> {
    for (const startedAt = Date.now(); Date.now() - startedAt < MAIL_MS; await wait(PAUSE_MS)) {
      if (this.isOver) throw new Over();
      const text = this.mailsOf(to, subject)[seen];
      if (text !== undefined) return secret.exec(text)?.[1] ?? null;
    }
    this.ledger.count("mails that a story waited for in vain");
    return null;
  }
  /** One text per mail, even if it was sent twice. */
  private mailsOf(to: string, subject: RegExp): string[] {
    const found = this.sink.mails.filter((mail) => mail.to === to && subject.test(mail.subject));
    return [...new Map(found.map(({ id, text }) => [id, text])).values()];
  }

  private ownerToken(firm: LoadedFirm): Promise<string> {
    const known = this.ownerTokens.get(firm.slug);
    if (known && Date.now() - known.since < OWNER_FRESH_MS) return known.token;
    const token = this.insist(() =>
      this.api.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: firm.ownerPassword }),
    ).then(({ result }) => result.sessionToken as string);
    this.ownerTokens.set(firm.slug, { token, since: Date.now() });
    return token;
  }

  private async newContact(firm: LoadedFirm): Promise<{ id: string; email: string }> {
    const token = await this.ownerToken(firm);
    const contact = await this.insist(() => this.api.contact(token, random("Client")));
    this.ledger.acknowledge("CONTACT_CREATED", contact.id);
    return contact;
  }

  // ---------------------------------------------------------------------------------------------- stories

  private async clientStory(firm: LoadedFirm): Promise<void> {
    const contact = await this.newContact(firm);
    if (!(await this.createAccount(firm, contact))) return;
    const client: Client = { ...contact, secret: null, lastStep: 0, recoveryCodes: [], codeMails: 0 };
    for (let visits = randomInt(1, 4); visits > 0; visits--) if (!(await this.visit(firm, client))) return;
    if (client.secret === null || oneIn(2)) return;
    const owner = await this.ownerToken(firm);
    const { contact: reset } = await this.insist(() =>
      this.api.mutate(
        "resetTwoFactor",
        "ContactReasonInput",
        "contact { id }",
        { contactId: contact.id, reason: "lost phone, called back" },
        owner,
      ),
    );
    if (reset) this.ledger.acknowledge("TWO_FACTOR_RESET", contact.id);
    this.ledger.count("2FA resets");
    Object.assign(client, { secret: null, recoveryCodes: [] });
    await this.visit(firm, client);
  }

  private async createAccount(firm: LoadedFirm, { id, email }: { id: string; email: string }): Promise<boolean> {
    const isInvited = oneIn(2);
    if (isInvited) {
      const owner = await this.ownerToken(firm);
      const { results } = await this.insist(() =>
        this.api.mutate(
          "inviteContacts",
          "InviteContactsInput",
          "results { contact { id } userErrors { code } }",
          { contactIds: [id] },
          owner,
        ),
      );
      if (results[0].contact) this.ledger.acknowledge("INVITE_SENT", id);
    } else {
      const { accepted } = await this.insist(() =>
        this.api.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email }),
      );
      if (accepted) this.ledger.acknowledge("confirmation mail", email);
    }
    const confirmationToken = await this.mailed(
      email,
      isInvited ? /invites you to its client portal/ : /^Create your account/,
      /#token=([\w-]+)/,
    );
    if (confirmationToken === null) return false;
    const made = await this.spend(
      "account token",
      () =>
        this.api.signIn("createPortalAccount", "CreatePortalAccountInput", {
          confirmationToken,
          password: CLIENT_PASSWORD,
        }),
      ({ result }) => result !== null,
    );
    if (made) this.ledger.acknowledge("ACCOUNT_CREATED", id);
    return true;
  }

  /** Signs in through every step that is required; false if this client is stuck (too many mails requested). */
  private async visit(firm: LoadedFirm, client: Client): Promise<boolean> {
    const { result } = await this.insist(() => this.api.portalSignIn(firm, client.email));
    switch (result?.__typename) {
      case "SignedIn":
        this.ledger.count("password sign-ins");
        return true;
      case "TwoFactorRequired":
        return this.proveSecondFactor(firm, client, result.challengeToken);
      case "TwoFactorEnrollmentRequired":
        return this.enroll(client, result);
      default:
        return false;
    }
  }

  private async enroll(
    client: Client,
    { enrollmentToken, emailCodeRequired }: { enrollmentToken: string; emailCodeRequired: boolean },
  ): Promise<boolean> {
    const subject = /^Your code to set up/;
    const emailCode = emailCodeRequired
      ? await this.mailed(client.email, subject, /(\d{3}\s?\d{3})/, client.codeMails)
      : null;
    if (emailCodeRequired) client.codeMails = this.mailsOf(client.email, subject).length;
    if (emailCodeRequired && emailCode === null) return false;
    const { enrollment } = await this.insist(() =>
      this.api.mutate("beginTwoFactorEnrollment", "BeginTwoFactorEnrollmentInput", "enrollment { secret }", {
        enrollmentToken,
        emailCode,
      }),
    );
    if (!enrollment) return false;
    client.secret = enrollment.secret as string;
    client.lastStep = Math.floor(Date.now() / 30_000);
    const code = this.api.code(enrollment.secret);
    const confirmed = await this.spend(
      "enrollment",
      () =>
        this.api.mutate(
          "confirmTwoFactorEnrollment",
          "ConfirmTwoFactorEnrollmentInput",
          "recoveryCodes signedIn { sessionToken }",
          { enrollmentToken, code, transport: "TOKEN" },
        ),
      ({ recoveryCodes }) => recoveryCodes !== null,
    );
    client.recoveryCodes = confirmed?.recoveryCodes ?? [];
    if (confirmed) this.ledger.acknowledge("TWO_FACTOR_ENROLLED", client.id);
    return true;
  }

  private async proveSecondFactor(firm: LoadedFirm, client: Client, challengeToken: string): Promise<boolean> {
    // Two challenges with one code: the code works once, whatever the challenge.
    const other = await this.insist(() => this.api.portalSignIn(firm, client.email));
    const challenges = [challengeToken, (other.result?.challengeToken as string | undefined) ?? challengeToken];
    let uses = 0;
    const nextChallenge = () => challenges[uses++ % 2];
    const step = Math.floor(Date.now() / 30_000);
    const recoveryCode = client.recoveryCodes.at(-1);
    const hasFreshCode = client.secret !== null && step + 1 > client.lastStep;
    if (recoveryCode !== undefined && (oneIn(2) || !hasFreshCode)) {
      client.recoveryCodes.pop();
      const used = await this.spend(
        "recovery code",
        () =>
          this.api.signIn("useRecoveryCode", "UseRecoveryCodeInput", {
            challengeToken: nextChallenge(),
            code: recoveryCode,
          }),
        ({ result }) => result !== null,
      );
      if (used) this.ledger.acknowledge("RECOVERY_CODE_USED", client.id);
      return true;
    }
    if (client.secret === null || !hasFreshCode) return false;
    client.lastStep = step + 1;
    const code = this.api.code(client.secret, 1);
    await this.spend(
      "authenticator code",
      () => this.api.signIn("verifyTwoFactor", "VerifyTwoFactorInput", { challengeToken: nextChallenge(), code }),
      ({ result }) => result !== null,
    );
    return true;
  }

  private async magicLinkStory(firm: LoadedFirm): Promise<void> {
    const { id, email } = await this.newContact(firm);
    const owner = await this.ownerToken(firm);
    const { request } = await this.insist(() =>
      this.api.mutate(
        "sendClientRequest",
        "SendClientRequestInput",
        "request { id }",
        { contactId: id, title: "Tax papers", items: ["Bank statement"] },
        owner,
      ),
    );
    if (request) this.ledger.acknowledge("REQUEST_SENT", id);
    const token = await this.mailed(email, /asks: Tax papers/, /#token=([\w-]+)/);
    if (token === null) return;
    const devices = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    const winners = new Set<string>();
    const claim = async (deviceKey: string) => {
      const { result } = await this.insist(() =>
        this.api.mutate(
          "claimMagicLink",
          "ClaimMagicLinkInput",
          "result { __typename ... on SignedIn { sessionToken } }",
          { token, deviceKey, transport: "TOKEN" },
        ),
      );
      if (result?.__typename === "SignedIn") winners.add(deviceKey);
    };
    await Promise.all(devices.map(claim));
    if (oneIn(2)) await Promise.all(devices.map(claim));
    this.ledger.count("magic link: claimed", winners.size);
    if (winners.size !== 1) this.ledger.breach(`a magic link worked on ${winners.size} devices`);
    this.ledger.acknowledge("MAGIC_LINK_CLAIMED", id);
  }

  private async upsertStory(): Promise<void> {
    const made = Array.from({ length: UPSERT_ROWS }, () => random("row"));
    // Renamed in each round, so that every row is a change.
    for (const round of ["first", "second"]) {
      const contacts = made.map((externalId) => ({ externalId, name: `${externalId} ${round}` }));
      const { results } = await this.insist(() =>
        this.api.mutate(
          "upsertContacts",
          "UpsertContactsInput",
          "results { contact { id } userErrors { code } }",
          { contacts },
          this.integratorKey,
        ),
      );
      for (const { contact } of results)
        if (contact) this.ledger.acknowledge(round === "first" ? "CONTACT_CREATED" : "upserted", contact.id);
      this.ledger.count("contacts upserted", results.length);
      // Each row is a webhook, delivered one after another.
      await wait(PAUSE_MS * 5);
    }
  }

  private async ownerStory(firm: LoadedFirm): Promise<void> {
    const { result } = await this.insist(() =>
      this.api.signIn("teamSignIn", "TeamSignInInput", { email: firm.admin, password: firm.ownerPassword }),
    );
    this.ledger.count("team sign-ins");
    await this.insist(() => this.api.ask("mutation { signOut { userErrors { code } } }", {}, result.sessionToken));
    await wait(PAUSE_MS * 5);
  }

  /** Knows one account's password and guesses codes, two at a time: at most ten guesses may be checked. */
  private async guesserStory(firm: LoadedFirm): Promise<void> {
    const contact = await this.newContact(firm);
    if (!(await this.createAccount(firm, contact))) return;
    const victim: Client = { ...contact, secret: null, lastStep: 0, recoveryCodes: [], codeMails: 0 };
    if (!(await this.visit(firm, victim)) || victim.secret === null) return;
    let judged = 0;
    for (;;) {
      const { result } = await this.insist(() => this.api.portalSignIn(firm, victim.email));
      if (result?.__typename !== "TwoFactorRequired") break;
      const guess = () =>
        this.once(() =>
          this.api.signIn("verifyTwoFactor", "VerifyTwoFactorInput", {
            challengeToken: result.challengeToken,
            code: "000000",
          }),
        ).then(
          ({ userErrors }) => (judged += userErrors[0]?.code === "INVALID_CODE" ? 1 : 0),
          () => undefined,
        );
      await Promise.all([guess(), guess()]);
      await wait(GUESS_EVERY_MS);
    }
    this.ledger.count("guessed accounts that locked");
    if (judged > 10) this.ledger.breach(`${judged} guesses were checked before an account locked`);
  }
}

interface Client {
  id: string;
  email: string;
  secret: string | null;
  /** The newest time step whose code was used. */
  lastStep: number;
  recoveryCodes: string[];
  /** Mailed codes seen so far. */
  codeMails: number;
}
