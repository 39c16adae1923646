import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { WebSocket } from "ws";
import { leastCpuMs } from "../cpu-time.js";
import { OWNER_PASSWORD, type World } from "../world.js";
import { headers } from "./headers.js";
import { operationsOf, type Operation } from "./operations.js";
import { largestOf, slowShapes } from "./slow-documents.js";

/**
 * CPU time of one request beyond which others would have to wait for it. Wall time would include the machine's other
 * work.
 */
const STALL_MS = 250;
/** How often a suspect is repeated alone; its shortest time counts. */
const REPEATS = 8;
/** What a server keeps of what it has seen (documents, plans, statements) is bounded; growth beyond that is a leak. */
const GROWTH_BYTES = 120 * 2 ** 20;
const BATCH = 40;
/** Three frames each: together fewer than the sixty that a socket may send per minute. */
const MESSAGES = 18;
/** Operations after which the owner signs in again: some of them end the session. */
const SESSION_FOR = 10;
/** Close codes of graphql-ws and of ours for a failure of the server. */
const CLOSED_BY_FAILURE: ReadonlySet<number> = new Set([1011, 1013, 4500]);

export interface FuzzReport {
  seed: number;
  requests: number;
  messages: number;
  /** How often each outcome occurred: a code, or "data". */
  outcomes: Record<string, number>;
  slowestCpuMs: number;
  /** Requests that exceeded STALL_MS once, but not when repeated. */
  slowOnce: number;
  heapGrowthBytes: number;
  /** What must not happen, each with what was sent. */
  findings: string[];
}

interface Sent extends Operation {
  token: string | undefined;
  headers: Record<string, string>;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const heap = () => {
  collect();
  return process.memoryUsage().heapUsed;
};

/**
 * Sends generated operations to a server in this process for the given time (at least one batch), one after another, so
 * that a slow response is that operation's fault. The seed generates the same operations again.
 */
export async function fuzz(world: World, seconds: number, seed: number): Promise<FuzzReport> {
  const report: FuzzReport = {
    seed,
    requests: 0,
    messages: 0,
    outcomes: {},
    slowestCpuMs: 0,
    slowOnce: 0,
    heapGrowthBytes: 0,
    findings: [],
  };
  const shapes = Object.keys(slowShapes);
  const until = performance.now() + seconds * 1000;
  const warm = performance.now() + (seconds * 1000) / 3;
  let warmHeap: number | null = null;
  for (let batch = 0; performance.now() < until; batch++) {
    const sample = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number) =>
      fc.sample(arbitrary, { numRuns, seed: seed + batch });
    // New callers: the last ones may have locked themselves out, or used up their budget.
    const firm = await world.firm();
    let owner = await world.ownerToken(firm);
    const key = await world.key(owner, [
      "CONTACTS_READ",
      "CONTACTS_WRITE",
      "ACCESS_WRITE",
      "AUDIT_READ",
      "POLICY_WRITE",
    ]);
    const { contactId, email, created } = await world.client(firm, owner);
    const client = String(created.result.sessionToken);
    const { id: otherId } = await world.contact(owner);
    const known = [contactId, otherId, email, firm.slug];
    const operations = operationsOf(world.app.schema, ["query", "query", "query", "mutation", "mutation"], known);
    const subscriptions = operationsOf(world.app.schema, ["subscription"], known);
    const sentHeaders = sample(headers, BATCH);
    for (const [n, operation] of sample(operations, BATCH).entries()) {
      if (n % SESSION_FOR === SESSION_FOR - 1) owner = await signedInAgain(world, firm, owner);
      const tokens = [owner, owner, owner, key, client, owner, client, undefined, "gts_nobody"];
      await send(world, { ...operation, token: tokens[n % tokens.length], headers: sentHeaders[n] ?? {} }, report);
    }
    owner = await signedInAgain(world, firm, owner);
    for (const operation of sample(subscriptions, 3))
      await send(world, { ...operation, token: owner, headers: {} }, report);
    const mixed = [shapes[(seed + batch) % shapes.length] ?? "", shapes[(seed + batch * 7) % shapes.length] ?? ""];
    await send(world, { query: largestOf(mixed), variables: {}, token: owner, headers: {} }, report);
    await talk(world, owner, sample(subscriptions, MESSAGES), report);
    if (warmHeap === null && performance.now() > warm) warmHeap = heap();
  }
  report.heapGrowthBytes = heap() - (warmHeap ?? heap());
  if (report.heapGrowthBytes > GROWTH_BYTES) report.findings.push(`memory grew by ${report.heapGrowthBytes} bytes`);
  return report;
}

/** Signs in again if a mutation may have ended the last session. */
async function signedInAgain(world: World, { owner }: { owner: string }, last: string): Promise<string> {
  const input = { email: owner, password: OWNER_PASSWORD };
  const { result } = await world.signIn("teamSignIn", "TeamSignInInput", input);
  return typeof result?.sessionToken === "string" ? result.sessionToken : last;
}

async function send(world: World, sent: Sent, report: FuzzReport): Promise<void> {
  report.requests += 1;
  const first = await timed(world, sent);
  if (first === null) return;
  report.slowestCpuMs = Math.max(report.slowestCpuMs, first.cpuMs);
  const found = (what: string) =>
    report.findings.push(`${what}: ${JSON.stringify(sent)} -> ${first.text.slice(0, 500)}`);
  for (const outcome of outcomesOf(first.text)) {
    report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + 1;
    if (outcome === "INTERNAL" || outcome === "not JSON") found(outcome);
  }
  if (first.status >= 500) found(`status ${first.status}`);
  if (first.cpuMs <= STALL_MS) return;
  const least = await leastCpuMs({ boundMs: STALL_MS, runs: REPEATS }, () => timed(world, sent));
  if (least > STALL_MS) found(`took ${least} ms of CPU`);
  else report.slowOnce += 1;
}

interface Timed {
  status: number;
  text: string;
  cpuMs: number;
}

/** Null if no client can send such headers. */
async function timed(
  world: World,
  { query, variables, operationName, token, headers: more }: Sent,
): Promise<Timed | null> {
  const cpu = process.cpuUsage();
  try {
    const response = await world.raw({
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...more,
      },
      body: JSON.stringify({ query, variables, operationName }),
    });
    const text = await response.text();
    const { user, system } = process.cpuUsage(cpu);
    return {
      status: response.status,
      text,
      cpuMs: (user + system) / 1000,
    };
  } catch (error) {
    if (error instanceof TypeError && error.cause === undefined) return null;
    throw error;
  }
}

function outcomesOf(text: string): string[] {
  try {
    const { errors, data } = JSON.parse(text) as { data?: unknown; errors?: { extensions?: { code?: string } }[] };
    const codes = (errors ?? []).map(({ extensions }) => extensions?.code ?? "without a code");
    return data === undefined || data === null ? codes : ["data", ...codes];
  } catch {
    return ["not JSON"];
  }
}

/** The same on a socket: each subscription, and finally an invalid message. */
async function talk(world: World, token: string, operations: readonly Operation[], report: FuzzReport): Promise<void> {
  const socket = new WebSocket(`${world.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  let last: Operation | undefined;
  const found = (what: string) => report.findings.push(`on a socket: ${what}, after ${JSON.stringify(last)}`);
  const closed = new Promise<void>((resolve) =>
    socket.once("close", (code) => {
      if (CLOSED_BY_FAILURE.has(code)) found(`closed with ${code}`);
      resolve();
    }),
  );
  socket.on("error", () => undefined);
  socket.on("message", (data: Buffer) => {
    const text = data.toString();
    if (text.includes('"INTERNAL"')) found(text.slice(0, 500));
  });
  await new Promise((resolve) => socket.once("open", resolve));
  const say = (message: object) => socket.send(JSON.stringify(message));
  /** Resolves once the server has answered a ping, and so has processed the messages before it. */
  const pong = () => {
    const answered = new Promise((resolve) => socket.once("pong", resolve));
    socket.ping();
    return Promise.race([closed, answered]);
  };
  say({ type: "connection_init", payload: { authorization: `Bearer ${token}` } });
  await Promise.race([closed, new Promise((resolve) => socket.once("message", resolve))]);
  for (const [n, payload] of operations.entries()) {
    if (socket.readyState !== socket.OPEN) break;
    report.messages += 1;
    last = payload;
    const id = n % 9 === 8 ? "__proto__" : n.toString();
    const before = process.cpuUsage();
    say({ id, type: "subscribe", payload });
    say({ id, type: "complete" });
    await pong();
    const { user, system } = process.cpuUsage(before);
    // Not repeated, so its limit leaves room for other work of this process.
    if ((user + system) / 1000 > STALL_MS * 4) found("a message took long");
  }
  if (socket.readyState === socket.OPEN) say({ id: 7, type: "nothing", payload: [] });
  await closed;
}
