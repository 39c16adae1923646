import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { retentionWith, type Plan } from "@gatehouse/shared";
import { startApp, type App, type AppOptions } from "../app.js";
import { changePlan } from "../features/firm-staff/change-plan.js";
import { insertMember } from "../features/firm-staff/insert-member.js";
import { Firm } from "../features/firms/firm.entity.js";
import { insertFirm } from "../features/firms/insert-firm.js";
import { operatorsShare } from "../features/passwords/hash-share.js";
import type { Config } from "../platform/config/config.js";
import { databaseAddress } from "../platform/database/database-address.js";
import { KeyRing } from "../platform/crypto/key-ring.js";
import { createLog } from "../platform/log.js";
import { smtpAddress } from "../platform/mail/smtp-address.js";
import { redisAddress } from "../platform/redis/redis-address.js";
import { Api, CLIENT_PASSWORD, codesOf, type Answer, type Data } from "./api.js";

export const OWNER_PASSWORD = "a long owner password";
export { CLIENT_PASSWORD, codesOf, type Answer, type Data };

/** The secret keys of every world, unless a test gives others. */
export const WORLD_KEYS = KeyRing.parse(`k1:${Buffer.alloc(32, 7).toString("base64")}`);

export interface Mail {
  to: string;
  subject: string;
  text: string;
  links: string[];
}
/** Null: none. */
interface Addresses {
  redisUrl?: string | null;
  smtpUrl?: string | null;
}
/** A running server on its own database, with a clock that tests move, and people who use it. */
export class World extends Api {
  private constructor(
    readonly app: App,
    private readonly clock: { offset: number },
  ) {
    super();
  }

  static async start(
    databaseUrl: string,
    { redisUrl = null, smtpUrl = null, ...config }: Partial<Config> & Addresses = {},
    {
      log,
      passwordCost = 4,
      hashingProcess,
      withoutWorkersOf,
    }: Pick<AppOptions, "log" | "passwordCost" | "hashingProcess" | "withoutWorkersOf"> = {},
  ): Promise<World> {
    const clock = { offset: 0 };
    const app = await startApp(
      {
        isProduction: false,
        port: 0,
        host: "127.0.0.1",
        database: databaseAddress(databaseUrl),
        databaseReplica: null,
        redis: redisUrl === null ? null : redisAddress(redisUrl),
        mail: smtpUrl === null ? { kind: "mailbox" } : { kind: "smtp", smtp: smtpAddress(smtpUrl), dkim: null },
        mailFrom: "no-reply@gatehouse.example",
        publicUrl: null,
        keys: WORLD_KEYS,
        sourceLimitFactor: 1000,
        trustedProxies: [],
        metricsAt: null,
        tracing: null,
        demo: false,
        stopTimeoutMs: null,
        stopDelayMs: 0,
        retention: retentionWith(),
        logLevel: "silent",
        ...config,
      },
      {
        clock: { now: () => Date.now() + clock.offset },
        log: log ?? createLog(process.env.TEST_LOG_LEVEL ?? "silent"),
        // Only tests that measure a hash care what it costs.
        passwordCost,
        hashingProcess,
        withoutWorkersOf,
        docs: join(__dirname, "../../.."),
        fonts: join(__dirname, "../../node_modules/dejavu-fonts-ttf/ttf"),
      },
    );
    return new World(app, clock);
  }

  get url(): string {
    return this.app.url;
  }
  override now(): number {
    return Date.now() + this.clock.offset;
  }
  forward({ minutes = 0, seconds = 0 }: { minutes?: number; seconds?: number }): void {
    this.clock.offset += (minutes * 60 + seconds) * 1000;
  }

  /**
   * Moves to the start of an authenticator's next 30-second step, so that codes keep their distance from now while a
   * test uses them.
   */
  forwardToNewStep(): void {
    this.clock.offset += 30_000 - (this.now() % 30_000);
  }

  /** A firm with an owner who can sign in. */
  async firm(plan: Plan = "BUSINESS"): Promise<{ id: string; slug: string; owner: string }> {
    const slug = `firm-${randomBytes(4).toString("hex")}`;
    const owner = `owner@${slug}.example`;
    const stored = await this.app.hasher.hash(OWNER_PASSWORD, operatorsShare);
    const id = await this.app.work.do(async (unit) => {
      const firm = await insertFirm(unit, { slug, name: "Test & Sons", plan });
      await insertMember(unit, { firmId: firm.id, name: "Olive Owner", email: owner, role: "OWNER" }, stored);
      return firm.id;
    });
    return { id, slug, owner };
  }
  async member(firmId: string, role: "ADMIN" | "STAFF"): Promise<string> {
    const email = `${role.toLowerCase()}-${randomBytes(4).toString("hex")}@team.example`;
    const stored = await this.app.hasher.hash(OWNER_PASSWORD, operatorsShare);
    await this.app.work.do((unit) => insertMember(unit, { firmId, name: `A ${role}`, email, role }, stored));
    return email;
  }

  /** Does what the operator's command does. */
  async changePlan(firmId: string, plan: Plan): Promise<void> {
    await this.app.work.do(async (unit) =>
      changePlan(unit, await unit.manager.findOneByOrFail(Firm, { id: firmId }), plan),
    );
  }

  async ownerToken(firm: { owner: string }): Promise<string> {
    return (await this.signIn("teamSignIn", "TeamSignInInput", { email: firm.owner, password: OWNER_PASSWORD })).result
      .sessionToken;
  }
  /** The token of an API key with these scopes. */
  async key(ownerToken: string, scopes: readonly string[]): Promise<string> {
    const input = { name: "A key of the tests", scopes };
    return (await this.mutate("createApiKey", "CreateApiKeyInput", "token", input, ownerToken)).token;
  }

  async mails(to: string): Promise<Mail[]> {
    return (await this.raw({ path: `/mailbox.json?to=${encodeURIComponent(to)}` })).json() as Promise<Mail[]>;
  }
  /** The newest mail to an address whose subject matches; waits for it. */
  async mail(to: string, subject: RegExp): Promise<Mail> {
    return until(async () => (await this.mails(to)).find((mail) => subject.test(mail.subject)));
  }
  async mailedToken(to: string, subject: RegExp): Promise<string> {
    const { links } = await this.mail(to, subject);
    return decodeURIComponent(/#token=([^&]+)/.exec(links[0] ?? "")?.[1] ?? "");
  }

  /** A contact of the firm who has created an account by the mailed link. */
  async client(
    firm: { slug: string },
    ownerToken: string,
  ): Promise<{ contactId: string; email: string; created: Data }> {
    const { id, email } = await this.contact(ownerToken);
    await this.mutate("requestPortalAccount", "PortalEmailInput", "accepted", { firmSlug: firm.slug, email });
    const confirmationToken = await this.mailedToken(email, /Create your account/);
    const created = await this.signIn("createPortalAccount", "CreatePortalAccountInput", {
      confirmationToken,
      password: CLIENT_PASSWORD,
    });
    return { contactId: id, email, created };
  }

  /** The enrollment codes that were mailed to an address, newest first. */
  async mailedCodes(to: string): Promise<string[]> {
    const mails = (await this.mails(to)).filter(({ subject }) => /code/i.test(subject));
    return mails.flatMap(({ text }) => text.match(/\b\d{6}\b/) ?? []);
  }

  /** The newest one, once more than `before` were mailed. */
  mailedCodeAfter(to: string, before: number): Promise<string> {
    return until(async () => {
      const codes = await this.mailedCodes(to);
      return codes.length > before && codes[0];
    });
  }

  /** Begins to set up an authenticator, with the mailed code if the session requires it. */
  async beginEnrollment(
    token: string | undefined,
    input: { enrollmentToken?: string; emailCode?: string } = {},
  ): Promise<{ secret: string; otpauthUri: string; qrCode: string }> {
    const begin = (more: { emailCode?: string } = {}): Promise<Data> =>
      this.mutate(
        "beginTwoFactorEnrollment",
        "BeginTwoFactorEnrollmentInput",
        "enrollment { secret otpauthUri qrCode }",
        { ...input, ...more },
        token,
      );
    const email = token === undefined ? null : await this.loginEmail(token);
    const before = email === null ? 0 : (await this.mailedCodes(email)).length;
    let begun = await begin();
    if (email !== null && begun.userErrors[0]?.code === "EMAIL_CODE_REQUIRED")
      begun = await begin({ emailCode: await this.mailedCodeAfter(email, before) });
    if (!begun.enrollment) throw new Error(JSON.stringify(begun.userErrors));
    return begun.enrollment;
  }
  private async loginEmail(token: string): Promise<string> {
    const query = "{ viewer { ... on TeamMember { email } ... on PortalViewer { account { email } } } }";
    const { viewer } = (await this.ask(query, {}, token)).data;
    return viewer.email ?? viewer.account.email;
  }

  /**
   * Sets up an authenticator with a session or an enrollment token; returns its secret, the recovery codes and the
   * session.
   */
  async enroll(proof: {
    token?: string;
    enrollmentToken?: string;
    emailCode?: string;
  }): Promise<{ secret: string; recoveryCodes: string[]; sessionToken: string | null }> {
    const { token, ...input } = proof;
    const { secret } = await this.beginEnrollment(token, input);
    const confirmed = await this.mutate(
      "confirmTwoFactorEnrollment",
      "ConfirmTwoFactorEnrollmentInput",
      "recoveryCodes signedIn { sessionToken }",
      { enrollmentToken: proof.enrollmentToken, code: this.code(secret), transport: "TOKEN" },
      token,
    );
    if (!confirmed.recoveryCodes) throw new Error(JSON.stringify(confirmed.userErrors));
    return {
      secret,
      recoveryCodes: confirmed.recoveryCodes,
      sessionToken: confirmed.signedIn?.sessionToken ?? null,
    };
  }

  /** Moves the clock until the authenticator shows a code that was not used yet. */
  freshCode(secret: string): string {
    this.forward({ seconds: 31 });
    return this.code(secret);
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}

/** Polls until there is a result, at most for a minute and a half: a loaded machine is slow, not wrong. */
export async function until<T>(
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<T> {
  for (let tries = 0; tries < 1800; tries++) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("waited a minute and a half in vain");
}
