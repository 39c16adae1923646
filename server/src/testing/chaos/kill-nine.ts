import { randomInt } from "node:crypto";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import type { DataSource } from "typeorm";
import { freshDatabaseUrl, type DatabaseKind } from "../databases.js";
import { freePort, ServerProcess } from "../server-process.js";
import { promisedMails } from "./promises.js";
import { freeLeases, openBeside, Rehearsal, type Report } from "./rehearsal.js";

/** The most requests that are answered before the next kill. */
const REQUESTS_A_LIFE = 80;
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

/** C01: kills a real server (`kill -9`) at random moments under load and restarts it, `kills` times. */
export async function killNine(kind: DatabaseKind, kills: number, say: (line: string) => void): Promise<Report> {
  const database = await freshDatabaseUrl(kind);
  const rehearsal = await Rehearsal.prepare(database.url);
  const { ledger, sink } = rehearsal;
  const server = new ServerProcess(await freePort(), rehearsal.environment);
  let beside: DataSource | null = null;
  try {
    server.start();
    await server.waitUntilReady();
    beside = await openBeside(database.url);
    await rehearsal.begin(server, beside);
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
    await rehearsal.end();
    await server.end("SIGKILL");
    server.start();
    await server.waitUntilReady();
    const report = await rehearsal.check(beside);
    // The database never failed here, so any logged error is a bug.
    const errors = server.lines.filter((line) => line.includes('"level":50') || line.includes('"level":60'));
    if (errors.length > 0)
      ledger.breach(`the server logged ${errors.length} errors, such as ${errors.slice(0, 3).join("\n")}`);
    return { ...report, checks: report.checks + 1 };
  } finally {
    // Subscribers end before their server: they would not stop connecting.
    await rehearsal.close();
    await server.end("SIGKILL");
    await beside?.destroy();
    await database.drop();
  }
}

/** Resolves as soon as the statement's count has changed, or after a while. */
async function commitOf(database: DataSource, count: string): Promise<void> {
  const read = async () => Number(((await database.query(count)) as { n: number | string | null }[])[0]?.n ?? 0);
  const before = await read();
  for (const startedAt = Date.now(); Date.now() - startedAt < COMMIT_MS; await turn())
    if ((await read()) !== before) return;
}
