import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { DataSource } from "typeorm";
import { SqliteDatabase } from "../../platform/database/sqlite-driver.js";
import type { Api } from "../api.js";
import { gatehouse } from "../server-process.js";
import { SmtpSink, WebhookReceiver } from "../services.js";
import { follow, untilListening, type Follower } from "./followers.js";
import { Ledger } from "./ledger.js";
import { Load } from "./load.js";
import type { LoadedFirm } from "./patient-requests.js";
import { checkPromises } from "./promises.js";

const PASSWORD = "a long owner password";
const SETTLE_MS = 300_000;
const FIRMS = ["strict", "plain"] as const;

/** What works only once. A run spends some of each kind within a minute after the last fault. */
const spentOnce = ["account token", "enrollment", "authenticator code", "recovery code"];
const SPENT_AT_LEAST = 3;

/** Opens a database beside the servers, without its entities. */
export const openBeside = (url: string): Promise<DataSource> =>
  new DataSource(
    url.startsWith("sqlite:")
      ? { type: "better-sqlite3", database: url.slice("sqlite:".length), driver: SqliteDatabase }
      : { type: "mariadb", url, supportBigNumbers: true, extra: { disableEval: true } },
  ).initialize();

export interface Report {
  checks: number;
  counts: [what: string, count: number][];
  broken: string[];
}

/**
 * Two firms under load, with mails, webhooks and subscribers, while something is done to their servers or database.
 * Afterwards it checks that no event lacks its fact and no fact its event, that no mail and no webhook was lost, that a
 * subscriber saw each event once and in order, and that nothing that works once worked twice.
 */
export class Rehearsal {
  readonly ledger = new Ledger();
  private readonly arrivals: { path: string; id: string; isTaken: boolean }[] = [];
  private readonly signingSecrets = new Map<string, string>();
  private readonly followers: Follower[] = [];
  private readonly firmIds: string[] = [];
  /** Each firm's last event before the load. */
  private from = new Map<string, number>();
  private isCalm = false;
  private load: Load | null = null;

  private constructor(
    readonly environment: Record<string, string>,
    readonly sink: SmtpSink,
    private readonly firms: Record<(typeof FIRMS)[number], LoadedFirm>,
    private readonly receiver: WebhookReceiver,
  ) {}

  /** Creates the firms by the operator's command. Start the servers with `environment`. */
  static async prepare(databaseUrl: string, more: Record<string, string> = {}): Promise<Rehearsal> {
    const sink = await SmtpSink.start();
    const environment = {
      DATABASE_URL: databaseUrl,
      SMTP_URL: sink.url,
      SECRET_KEYS: `k1:${randomBytes(32).toString("base64")}`,
      SOURCE_LIMIT_FACTOR: "100000",
      DEMO: "0",
      LOG_LEVEL: "error",
      ...more,
    };
    let rehearsal: Rehearsal | null = null;
    const receiver = await WebhookReceiver.start((arrival) => rehearsal?.receive(arrival) ?? 500);
    const firms = { strict: await makeFirm("strict", environment), plain: await makeFirm("plain", environment) };
    rehearsal = new Rehearsal(environment, sink, firms, receiver);
    return rehearsal;
  }

  private receive({ path, headers, body }: { path: string; headers: object; body: string }): number | "cut" {
    const sent = headers as Record<string, string>;
    try {
      new Webhook(this.signingSecrets.get(path) ?? "").verify(body, sent);
    } catch (error) {
      this.ledger.breach(`a webhook whose signature is wrong: ${String(error)}`);
    }
    const answer = this.isCalm ? 200 : randomInt(100) === 0 ? 500 : randomInt(100) === 0 ? "cut" : 200;
    this.arrivals.push({ path, id: String(sent["webhook-id"]), isTaken: answer === 200 });
    return answer;
  }

  /**
   * Sets the firms up through the API and lets the load begin. Subscribers follow through `followed`. Returns an API
   * key that may create contacts.
   */
  async begin(api: Api, beside: DataSource, followed: readonly Api[] = [api]): Promise<{ integratorKey: string }> {
    let integratorKey = "";
    for (const [index, name] of FIRMS.entries()) {
      const firm = this.firms[name];
      const signedIn = await api.signIn("teamSignIn", "TeamSignInInput", {
        email: firm.owner,
        password: firm.ownerPassword,
      });
      const token = signedIn.result.sessionToken as string;
      const { data } = await api.ask("{ firm { id securityPolicy { version } } }", {}, token);
      this.firmIds.push(data.firm.id);
      if (name === "strict")
        await api.mutate(
          "updateSecurityPolicy",
          "UpdateSecurityPolicyInput",
          "firm { id }",
          { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: data.firm.securityPolicy.version },
          token,
        );
      const key = await api.mutate(
        "createApiKey",
        "CreateApiKeyInput",
        "token",
        { name: "Integrator", scopes: ["CONTACTS_READ", "CONTACTS_WRITE", "AUDIT_READ"] },
        token,
      );
      integratorKey = key.token;
      const path = `/${name}`;
      const { signingSecret } = await api.mutate(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "signingSecret",
        { url: `${this.receiver.url}${path}` },
        token,
      );
      this.signingSecrets.set(path, signingSecret);
      const follower = follow(followed[index % followed.length] ?? api, key.token);
      this.followers.push(follower);
      await untilListening(api, token, [follower]);
    }
    const counters = (await beside.query("SELECT firmId, lastSeq FROM audit_counters")) as {
      firmId: string;
      lastSeq: number;
    }[];
    this.from = new Map(counters.map(({ firmId, lastSeq }) => [firmId, Number(lastSeq)]));
    this.load = new Load(api, this.sink, this.ledger, this.firms, integratorKey);
    this.load.start();
    return { integratorKey };
  }

  /** Lets the load go on until everything that works once was tried, then ends it. Webhooks are accepted from then on. */
  async end(): Promise<void> {
    // What was never tried cannot prove that it works only once.
    const isTried = (what: string) => this.ledger.of(`${what}: spent`) >= SPENT_AT_LEAST;
    for (let tries = 0; !spentOnce.every(isTried) && tries < 600; tries++) await wait(100);
    await wait(2000);
    await this.load?.stop();
    this.isCalm = true;
  }

  /** Waits until nothing is in progress, then checks every promise. */
  async check(beside: DataSource): Promise<Report> {
    const { ledger } = this;
    await freeLeases(beside);
    if (!(await settle(beside))) ledger.breach(`webhooks or mails were still in progress after ${SETTLE_MS / 1000} s`);
    await wait(2000);
    const checks = await checkPromises(beside, this.sink.mails, ledger);
    for (const [index, name] of FIRMS.entries()) {
      const firmId = this.firmIds[index] ?? "";
      const events = (await beside.query("SELECT id, seq FROM audit_events WHERE firmId = ? ORDER BY seq", [
        firmId,
      ])) as { id: string; seq: number }[];
      const seqOf = new Map(events.map(({ id, seq }) => [id, Number(seq)]));
      const first = this.from.get(firmId) ?? 0;
      const expected = events.filter(({ seq }) => Number(seq) > first).map(({ id }) => id);
      this.checkWebhooks(`/${name}`, expected, seqOf);
      const seen = this.followers[index]?.seen ?? [];
      for (let tries = 0; seen.at(-1) !== expected.at(-1) && tries < 1200; tries++) await wait(100);
      const tail = seen.filter((id) => (seqOf.get(id) ?? Number.POSITIVE_INFINITY) > first);
      ledger.count("events seen live", tail.length);
      if (tail.join() !== expected.join())
        ledger.breach(
          `a subscriber of ${name} saw ${tail.length} events (${new Set(tail).size} different) of ${expected.length}, or in another order`,
        );
    }
    return { checks: checks + 5, counts: ledger.report(), broken: ledger.broken };
  }

  private checkWebhooks(path: string, expected: readonly string[], seqOf: ReadonlyMap<string, number>): void {
    const here = this.arrivals.filter((arrival) => arrival.path === path);
    const taken = new Set(here.filter(({ isTaken }) => isTaken).map(({ id }) => id));
    const lost = expected.filter((id) => !taken.has(id));
    if (lost.length > 0) this.ledger.breach(`${lost.length} webhooks of ${path} were lost`);
    // A crash repeats the last one, but never goes further back and never skips ahead.
    const isDisordered = here.some(
      ({ id }, n) => n > 0 && (seqOf.get(id) ?? 0) < (seqOf.get(here[n - 1]?.id ?? "") ?? 0),
    );
    if (isDisordered) this.ledger.breach(`webhooks of ${path} came out of order`);
    this.ledger.count("webhooks delivered", taken.size);
    this.ledger.count("webhooks delivered again", here.length - new Set(here.map(({ id }) => id)).size);
  }

  async close(): Promise<void> {
    for (const { client } of this.followers) await client.dispose();
    await this.receiver.stop();
    await this.sink.stop();
  }
}

async function makeFirm(slug: string, environment: Record<string, string>): Promise<LoadedFirm> {
  const owner = `owner@${slug}.example`;
  const options = ["--slug", slug, "--name", `Crash ${slug}`, "--plan", "ENTERPRISE", "--owner-name", "Olive Owner"];
  await gatehouse(["firm", "create", ...options, "--owner-email", owner], {
    ...environment,
    GATEHOUSE_OWNER_PASSWORD: PASSWORD,
  });
  const admin = `admin@${slug}.example`;
  await gatehouse(["member", "add", "--slug", slug, "--role", "ADMIN", "--name", "Ada Admin", "--email", admin], {
    ...environment,
    GATEHOUSE_MEMBER_PASSWORD: PASSWORD,
  });
  return { slug, owner, ownerPassword: PASSWORD, admin };
}

/** Moves minutes ahead, so that what a dead process had claimed falls due. */
export async function freeLeases(database: DataSource): Promise<void> {
  await database.query("UPDATE outbox_mails SET nextAttemptAt = 0 WHERE sentAt IS NULL");
  await database.query("UPDATE webhook_endpoints SET nextAttemptAt = 0");
}

/** Waits until every mail is sent and every webhook delivered. */
async function settle(database: DataSource): Promise<boolean> {
  for (const startedAt = Date.now(); Date.now() - startedAt < SETTLE_MS; await wait(250)) {
    const [left] = (await database.query(
      `SELECT (SELECT COUNT(*) FROM outbox_mails WHERE sentAt IS NULL) + (SELECT COUNT(*) FROM portal_mail_requests) +
       (SELECT COUNT(*) FROM webhook_endpoints w JOIN audit_counters c ON c.firmId = w.firmId WHERE w.deliveredThroughSeq < c.lastSeq) AS n`,
    )) as { n: number | string }[];
    if (Number(left?.n) === 0) return true;
  }
  return false;
}
