import { alternate, noWorseThan, versus, type Bench, type Result, type Row } from "../bench.js";
import { documents } from "../floor/reads.js";
import { ask, closedLoop, mustBeGood, type Load, type Request } from "../load.js";
import { gatehouse, gatehouseOf, start, type Variant } from "../processes.js";
import { clientId, connectTo, freshen, teamToken, type Firm } from "../seed.js";
import type { Metric } from "../statistics.js";

const CONNECTIONS = 16;
export const CONTACTS = 100_000;
const metrics: Metric[] = [
  { key: "perSecond", title: "requests/s", better: "more" },
  { key: "p50", title: "p50 ms", better: "less" },
  { key: "p99", title: "p99 ms", better: "less" },
  { key: "cpu", title: "server CPU ms per request", better: "less" },
];

/** Every variant that answers the two documents. */
export function readers({ databaseUrl }: Firm, hasPeers: boolean, beside: Variant | null): Variant[] {
  const env = { DATABASE_URL: databaseUrl };
  const peer = (name: string, file: string): Variant => ({ name, role: "peer", script: `peers/${file}.js`, env });
  return [
    { name: "node:http + join", role: "floor", script: "floor/http.js", env },
    gatehouse(databaseUrl),
    ...(beside ? [beside] : []),
    ...(hasPeers
      ? [
          peer("Mercurius JIT, loaders", "mercurius-loaders"),
          { ...peer("Mercurius JIT, join by hand", "mercurius-join"), role: "ceiling" as const },
          peer("GraphQL Yoga, dataloader", "yoga"),
          peer("Apollo, dataloader", "apollo"),
          peer("Apollo + type-graphql + TypeORM", "type-graphql-typeorm"),
        ]
      : []),
  ];
}

/** Pages that start all over the list, so that no response is requested twice in a row. */
export async function pages({ databaseUrl, firmId, contacts }: Firm, count: number): Promise<object[]> {
  const db = await connectTo(databaseUrl);
  try {
    const [rows] = (await db.query("SELECT nameKey, id FROM contacts WHERE firmId = ? ORDER BY nameKey, id", [
      firmId,
    ])) as unknown as [{ nameKey: string; id: string }[]];
    const { cursorOf } = await import("../floor/reads.js");
    return Array.from({ length: count }, (_, n) => {
      const row = rows[Math.floor((n * contacts * 0.95) / count)];
      return {
        first: 50,
        after: n === 0 || !row ? null : cursorOf(row),
        filter: { states: ["ACCOUNT_CREATED", "INVITED"] },
      };
    });
  } finally {
    await db.end();
  }
}

export const contactsRequest =
  (variables: object[]) =>
  (n: number): Request => ({
    token: teamToken(n),
    body: { operationName: "Contacts", query: documents.Contacts, variables: variables[n % variables.length] },
  });
const detailsRequest =
  ({ clients }: Firm) =>
  (n: number): Request => ({
    token: teamToken(n),
    body: { operationName: "Contact", query: documents.Contact, variables: { id: clientId((n * 7) % clients) } },
  });

/** The bytes of `data` must be the same for every variant; `extensions` may differ. */
export async function mustAgree(firm: Firm, variants: Variant[], requests: Request[], bench: Bench): Promise<number> {
  await freshen(firm);
  const answers: (string[] | null)[] = [];
  for (const variant of variants) {
    const running = await start(variant);
    try {
      const texts: string[] = [];
      for (const request of requests) {
        const answer = await ask(running.port, request);
        mustBeGood(answer);
        texts.push(JSON.stringify((JSON.parse(answer.body.toString()) as { data: unknown }).data));
      }
      // The quick mode measures nothing, but sends many requests at once.
      if (bench.isQuick)
        await closedLoop(
          { port: running.port, connections: CONNECTIONS, request: (n) => requests[n % requests.length] ?? null },
          0.3,
        );
      answers.push(texts);
    } finally {
      await running.stop();
    }
  }
  const [floor] = answers;
  for (const [index, texts] of answers.entries())
    for (const [nth, text] of (texts ?? []).entries())
      if (text !== floor?.[nth])
        throw new Error(
          `${variants[index]?.name} answers differently from ${variants[0]?.name}:\n${differing(floor?.[nth] ?? "", text)}`,
        );
  const bytes = Math.round((floor ?? []).reduce((sum, text) => sum + text.length, 0) / requests.length);
  bench.say(
    `${variants.length} variants answer ${requests.length} requests with the same JSON (${bytes} bytes on average)`,
  );
  return bytes;
}
function differing(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at] && at < a.length) at++;
  return `…${a.slice(Math.max(0, at - 80), at + 120)}\n…${b.slice(Math.max(0, at - 80), at + 120)}`;
}

/** Counted in requests, not in time: on a slow machine V8 would not have optimized the process yet. */
const WARM_REQUESTS = 3000;
async function warm(load: Load): Promise<void> {
  await closedLoop(load, 2);
  await closedLoop({ ...load, request: (n) => (n < WARM_REQUESTS ? load.request(n) : null) }, 60);
}

async function measureReads(
  bench: Bench,
  requestsOf: (firm: Firm) => Promise<(n: number) => Request>,
): Promise<Result> {
  const firm = await bench.firm(CONTACTS);
  const beside = bench.beside === null ? null : gatehouseOf(bench.beside, firm.databaseUrl);
  const variants = readers(firm, bench.hasPeers, beside);
  const request = await requestsOf(firm);
  const bytes = await mustAgree(
    firm,
    variants,
    Array.from({ length: 20 }, (_, n) => request(n * 3)),
    bench,
  );
  if (bench.isQuick) return { tables: [], goals: [], notes: [] };
  const rows = await alternate(bench, variants, async (_variant, { port, cpuMs }) => {
    await freshen(firm);
    const load = { port, connections: CONNECTIONS, request };
    await warm(load);
    const cpuBefore = cpuMs();
    const { count, perSecond, p50, p99 } = await closedLoop(load, 5);
    return { perSecond, p50, p99, cpu: (cpuMs() - cpuBefore) / count };
  });
  const perSecond = metrics[0] as Metric;
  const p99 = metrics[2] as Metric;
  const cpu = metrics[3] as Metric;
  const peers = rows.filter(({ role }) => role === "peer");
  const best = peers.toSorted((a, b) => medianP99(a) - medianP99(b))[0]?.name ?? "";
  return {
    tables: [{ metrics, rows }],
    goals: [
      versus(rows, perSecond, "node:http + join", 0.8, "at least 0.8x the floor"),
      ...(bench.hasPeers
        ? [
            versus(rows, perSecond, "Mercurius JIT, loaders", 1.5, "at least 1.5x Mercurius with loaders"),
            versus(rows, perSecond, "Apollo + type-graphql + TypeORM", 5, "at least 5x the naive stack"),
            versus(rows, p99, best, 1, `p99 no worse than the best peer's (${best})`),
          ]
        : []),
      ...noWorseThan(beside, rows, [perSecond, cpu]),
    ],
    notes: [
      `${CONNECTIONS} connections, each sends its next request as soon as it is answered, over 1,000 sessions of 200 team members; ${bytes} bytes of JSON on average.`,
    ],
  };
}
const medianP99 = ({ samples }: { samples: Record<string, number>[] }) =>
  samples.map(({ p99 }) => p99 ?? Infinity).toSorted((a, b) => a - b)[samples.length >> 1] ?? Infinity;

export const contactsPage: Row = {
  name: "contacts-page",
  title: "Contacts page: 50 with their portal account, filtered, keyset, authenticated (100,000 contacts)",
  measure: (bench) => measureReads(bench, async (firm) => contactsRequest(await pages(firm, 97))),
};
export const contactDetails: Row = {
  name: "contact-details",
  title: "Contact details with sessions and the last 10 events",
  measure: (bench) => measureReads(bench, async (firm) => detailsRequest(firm)),
};
