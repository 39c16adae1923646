import { randomBytes, randomInt } from "node:crypto";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { DataSource } from "typeorm";
import { SqliteDatabase } from "../../platform/database/sqlite-driver.js";
import { freshDatabaseUrl, type DatabaseKind } from "../databases.js";
import { freePort, gatehouse, ServerProcess } from "../server-process.js";
import { SmtpSink, WebhookReceiver } from "../services.js";
import { follow, untilListening, type Follower } from "./followers.js";
import { Ledger } from "./ledger.js";
import { Load } from "./load.js";
import type { LoadedFirm } from "./patient-requests.js";
import { checkPromises, promisedMails } from "./promises.js";

const PASSWORD = "a long owner password";
/** The most requests that are answered before the next kill. */
const REQUESTS_A_LIFE = 80;
const SETTLE_MS = 300_000;

/** What works only once. A run spends some of each kind within a minute after the last kill. */
const spentOnce = ["account token", "enrollment", "authenticator code", "recovery code"];
const SPENT_AT_LEAST = 3;
/** How long to wait for a commit to kill after. */
const COMMIT_MS = 3000;
/**
 * Three of four kills aim at these: facts, events that promise a mail, and webhook deliveries. The server dies right
 * after one of them has grown, and so between two commits wherever there are two that should be one.
 */
const watched = [
  `SELECT ${[
    ...["contacts", "portal_accounts", "sessions", "client_requests"].map((table) => `(SELECT COUNT(*) FROM ${table})`),
    "(SELECT COUNT(*) FROM recovery_codes WHERE usedAt IS NOT NULL)",
  ].join(" + ")} AS n`,
  `SELECT COUNT(*) AS n FROM audit_events WHERE type IN (${Object.keys(promisedMails)
    .map((type) => `'${type}'`)
    .join(", ")})`,
  "SELECT SUM(deliveredThroughSeq) AS n FROM webhook_endpoints",
];

export interface KillNineReport {
  kills: number;
  checks: number;
  counts: [what: string, count: number][];
  broken: string[];
}

/** Opens the database beside the server, without its entities. */
async function openBeside(url: string): Promise<DataSource> {
  return new DataSource(
    url.startsWith("sqlite:")
      ? { type: "better-sqlite3", database: url.slice("sqlite:".length), driver: SqliteDatabase }
      : { type: "mariadb", url, supportBigNumbers: true, extra: { disableEval: true } },
  ).initialize();
}

/**
 * C01: kills a real server (`kill -9`) at random moments under load and restarts it, `kills` times. Then it checks that
 * no event lacks its fact and no fact its event, that no mail and no webhook was lost, that a subscriber saw each event
 * once and in order, and that nothing that works once worked twice.
 */
export async function killNine(
  kind: DatabaseKind,
  kills: number,
  say: (line: string) => void,
): Promise<KillNineReport> {
  const ledger = new Ledger();
  const database = await freshDatabaseUrl(kind);
  const sink = await SmtpSink.start();
  const arrivals: { path: string; id: string; isTaken: boolean }[] = [];
  const signingSecrets = new Map<string, string>();
  let isCalm = false;
  const receiver = await WebhookReceiver.start(({ path, headers, body }) => {
    const secret = signingSecrets.get(path);
    try {
      new Webhook(secret ?? "").verify(body, headers as Record<string, string>);
    } catch (error) {
      ledger.breach(`a webhook whose signature is wrong: ${String(error)}`);
    }
    const answer = isCalm ? 200 : randomInt(100) === 0 ? 500 : randomInt(100) === 0 ? "cut" : 200;
    arrivals.push({ path, id: String(headers["webhook-id"]), isTaken: answer === 200 });
    return answer;
  });
  const environment = {
    DATABASE_URL: database.url,
    SMTP_URL: sink.url,
    SECRET_KEYS: `k1:${randomBytes(32).toString("base64")}`,
    SOURCE_LIMIT_FACTOR: "100000",
    DEMO: "0",
    LOG_LEVEL: "error",
  };
  const server = new ServerProcess(await freePort(), environment);
  const followers: Follower[] = [];
  let beside: DataSource | null = null;
  try {
    const firms = {
      strict: await makeFirm("strict", environment),
      plain: await makeFirm("plain", environment),
    };
    server.start();
    await server.waitUntilReady();
    beside = await openBeside(database.url);
    let integratorKey = "";
    const firmIds: string[] = [];
    for (const [name, firm] of Object.entries(firms)) {
      const signedIn = await server.signIn("teamSignIn", "TeamSignInInput", {
        email: firm.owner,
        password: firm.ownerPassword,
      });
      const token = signedIn.result.sessionToken as string;
      const { data } = await server.ask("{ firm { id securityPolicy { version } } }", {}, token);
      firmIds.push(data.firm.id);
      if (name === "strict")
        await server.mutate(
          "updateSecurityPolicy",
          "UpdateSecurityPolicyInput",
          "firm { id }",
          { mode: "MAGIC_LINK_AND_LOGIN_2FA", expectedVersion: data.firm.securityPolicy.version },
          token,
        );
      const key = await server.mutate(
        "createApiKey",
        "CreateApiKeyInput",
        "token",
        { name: "Integrator", scopes: ["CONTACTS_READ", "CONTACTS_WRITE", "AUDIT_READ"] },
        token,
      );
      integratorKey = key.token;
      const path = `/${name}`;
      const { signingSecret } = await server.mutate(
        "createWebhookEndpoint",
        "CreateWebhookEndpointInput",
        "signingSecret",
        { url: `${receiver.url}${path}` },
        token,
      );
      signingSecrets.set(path, signingSecret);
      const follower = follow(server, key.token);
      followers.push(follower);
      await untilListening(server, token, [follower]);
    }
    const from = new Map(
      ((await beside.query("SELECT firmId, lastSeq FROM audit_counters")) as { firmId: string; lastSeq: number }[]).map(
        ({ firmId, lastSeq }) => [firmId, lastSeq],
      ),
    );

    const load = new Load(server, sink, ledger, firms, integratorKey);
    load.start();
    for (let kill = 1; kill <= kills; kill++) {
      // One in eight dies during startup, the others in the middle of work: even a busy machine completes the same
      // amount.
      const isReady = randomInt(8) > 0;
      if (isReady) {
        await server.waitUntilReady();
        const goal = ledger.of("requests answered") + randomInt(1, REQUESTS_A_LIFE);
        for (let tries = 0; ledger.of("requests answered") < goal && tries < 400; tries++) await wait(50);
      }
      if (isReady && randomInt(4) > 0) await commitOf(beside, watched[randomInt(watched.length)] ?? "");
      else await wait(randomInt(0, 300));
      await server.end("SIGKILL");
      // Now and then enough time passes that the dead server's leases expire.
      if (randomInt(2) === 0) await freeLeases(beside);
      server.start();
      say(`kill ${kill} of ${kills}: ${ledger.of("requests answered")} requests answered, ${sink.mails.length} mails`);
    }
    await server.waitUntilReady();
    // What was never tried cannot prove that it works only once.
    const isTried = (what: string) => ledger.of(`${what}: spent`) >= SPENT_AT_LEAST;
    for (let tries = 0; !spentOnce.every(isTried) && tries < 600; tries++) await wait(100);
    await wait(2000);
    await load.stop();
    isCalm = true;
    await server.end("SIGKILL");
    await freeLeases(beside);
    server.start();
    await server.waitUntilReady();
    const isSettled = await settle(beside);
    if (!isSettled) ledger.breach(`webhooks or mails were still in progress after ${SETTLE_MS / 1000} s`);
    await wait(2000);

    const checks = await checkPromises(beside, sink.mails, ledger);
    for (const [index, path] of ["/strict", "/plain"].entries()) {
      const firmId = firmIds[index] ?? "";
      const events = (await beside.query("SELECT id, seq FROM audit_events WHERE firmId = ? ORDER BY seq", [
        firmId,
      ])) as { id: string; seq: number }[];
      const seqOf = new Map(events.map(({ id, seq }) => [id, Number(seq)]));
      const expected = events.filter(({ seq }) => seq > (from.get(firmId) ?? 0)).map(({ id }) => id);
      const here = arrivals.filter((arrival) => arrival.path === path);
      const taken = new Set(here.filter(({ isTaken }) => isTaken).map(({ id }) => id));
      const lost = expected.filter((id) => !taken.has(id));
      if (lost.length > 0) ledger.breach(`${lost.length} webhooks of ${path} were lost`);
      // A crash repeats the last one, but never goes further back and never skips ahead.
      const isDisordered = here.some(
        ({ id }, n) => n > 0 && (seqOf.get(id) ?? 0) < (seqOf.get(here[n - 1]?.id ?? "") ?? 0),
      );
      if (isDisordered) ledger.breach(`webhooks of ${path} came out of order`);
      ledger.count("webhooks delivered", taken.size);
      ledger.count("webhooks delivered again", here.length - new Set(here.map(({ id }) => id)).size);
      const seen = followers[index]?.seen ?? [];
      for (let tries = 0; seen.at(-1) !== expected.at(-1) && tries < 1200; tries++) await wait(100);
      const tail = seen.filter((id) => (seqOf.get(id) ?? Number.POSITIVE_INFINITY) > (from.get(firmId) ?? 0));
      ledger.count("events seen live", tail.length);
      if (tail.join() !== expected.join())
        ledger.breach(
          `a subscriber of ${path} saw ${tail.length} events (${new Set(tail).size} different) of ${expected.length}, or in another order`,
        );
    }
    // The database never failed here, so any logged error is a bug.
    const errors = server.lines.filter((line) => line.includes('"level":50') || line.includes('"level":60'));
    if (errors.length > 0)
      ledger.breach(`the server logged ${errors.length} errors, such as ${errors.slice(0, 3).join("\n")}`);
    return { kills, checks: checks + 6, counts: ledger.report(), broken: ledger.broken };
  } finally {
    for (const { client } of followers) await client.dispose();
    await server.end("SIGKILL");
    await receiver.stop();
    await sink.stop();
    await beside?.destroy();
    await database.drop();
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

/** Resolves as soon as the statement's count has changed, or after a while. */
async function commitOf(database: DataSource, count: string): Promise<void> {
  const read = async () => Number(((await database.query(count)) as { n: number | string | null }[])[0]?.n ?? 0);
  const before = await read();
  for (const startedAt = Date.now(); Date.now() - startedAt < COMMIT_MS; await turn())
    if ((await read()) !== before) return;
}

/** Moves minutes ahead, so that what a dead process had claimed falls due. */
async function freeLeases(database: DataSource): Promise<void> {
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
