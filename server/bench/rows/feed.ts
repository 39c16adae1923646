import { alternate, noWorseThan, rangeIn, versus, within, type Bench, type Row } from "../bench.js";
import { Connection, mustBeGood } from "../load.js";
import { gatehouse, gatehouseOf, type Running, type Variant } from "../processes.js";
import { clientId, freshen, teamToken, type Firm } from "../seed.js";
import type { Metric } from "../statistics.js";
import { Subscribers } from "../subscribers.js";
import { CONTACTS } from "./reads.js";

const FLOOR = "one prepared frame";
const PEER = "graphql-ws + type-graphql";
const SOCKETS_PER_SESSION = 5;
const subscription = `subscription { auditEvents { cursor id type occurredAt actorName summary
  contact { id name email portalAccessState portalAccount { email lastSignInAt twoFactor { enrolled } } } } }`;
const mutation = `mutation Change($input: UpdateContactInput!) { updateContact(input: $input) { userErrors { message } } }`;

const variantsOf = ({ databaseUrl, firmId }: Firm, hasPeers: boolean, beside: Variant | null): Variant[] => {
  const env = { DATABASE_URL: databaseUrl, BENCH_FIRM: firmId };
  return [
    { name: FLOOR, role: "floor", script: "floor/broadcast.js", env },
    gatehouse(databaseUrl),
    ...(beside ? [beside] : []),
    ...(hasPeers ? [{ name: PEER, role: "peer" as const, script: "peers/type-graphql-feed.js", env }] : []),
  ];
};

/** Creates events one after another: each changes a contact, which is one commit and one event. */
class Publisher {
  private made = 0;
  private constructor(
    private readonly port: number,
    private connection: Connection,
  ) {}
  static async open(port: number): Promise<Publisher> {
    return new Publisher(port, await Connection.open(port));
  }
  /** Returns when it was requested. */
  async publish(): Promise<number> {
    const n = this.made++;
    if (this.connection.isClosed) this.connection = await Connection.open(this.port);
    const input = { contactId: clientId(n % 500), externalId: `ext ${process.pid} ${n} ${performance.now()}` };
    const sentAt = performance.now();
    const answer = await this.connection.send({
      token: teamToken(997),
      body: { operationName: "Change", query: mutation, variables: { input } },
    });
    mustBeGood(answer);
    if (!answer.body.includes('"userErrors":[]')) throw new Error(answer.body.toString());
    return sentAt;
  }
  close(): void {
    this.connection.close();
  }
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const quantile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

const subscribe = (port: number, count: number) =>
  Subscribers.open(port, count, {
    query: subscription,
    parametersOf: (n) => ({ authorization: `Bearer ${teamToken(Math.floor(n / SOCKETS_PER_SESSION))}` }),
  });

/**
 * The number of the first event that reaches everybody: a server may accept a subscription a moment after it was
 * requested.
 */
async function firstSeq(publisher: Publisher, subscribers: Subscribers): Promise<number> {
  for (let tries = 0; tries < 30; tries++) {
    await publisher.publish();
    await wait(1000);
    const { newest } = subscribers;
    if (newest !== null && subscribers.has(newest)) return newest;
  }
  throw new Error("no event reaches every subscriber");
}

async function measureFeed(bench: Bench, { port, cpuMs, residentBytes }: Running, count: number) {
  const publisher = await Publisher.open(port);
  const events = bench.isQuick ? 5 : 20;
  // The cost of an event that nobody listens to; this also warms up the process.
  const quiet = async () => {
    const before = cpuMs();
    for (let n = 0; n < events * 2; n++) await publisher.publish();
    return (cpuMs() - before) / (events * 2);
  };
  await quiet();
  const alone = await quiet();
  await wait(bench.isQuick ? 0 : 1000);
  const emptyBytes = residentBytes();
  const subscribers = await subscribe(port, count);
  try {
    await wait(bench.isQuick ? 0 : 2000);
    const bytes = (residentBytes() - emptyBytes) / count;
    let seq = await firstSeq(publisher, subscribers);
    for (let n = 0; n < 5; n++) {
      await publisher.publish();
      await subscribers.all(++seq);
    }
    const arrivals: number[] = [];
    for (let n = 0; n < events; n++) {
      const sentAt = await publisher.publish();
      arrivals.push((await subscribers.all(++seq)) - sentAt);
      await wait(20);
    }
    // A quiet second, so that work from the last event is finished; then a burst.
    await wait(bench.isQuick ? 0 : 1000);
    const before = cpuMs();
    const startedAt = performance.now();
    for (let n = 0; n < events; n++) await publisher.publish();
    seq += events;
    const burst = (await subscribers.all(seq)) - startedAt;
    const cpu = (cpuMs() - before) / events;
    return { cpu, last: median(arrivals), burst, kB: bytes / 1000, alone };
  } finally {
    subscribers.close();
    publisher.close();
  }
}

const metrics: Metric[] = [
  { key: "cpu", title: "server CPU ms per event, in a burst", better: "less" },
  { key: "last", title: "call to last subscriber ms", better: "less" },
  { key: "burst", title: "burst to last subscriber ms", better: "less" },
  { key: "kB", title: "kB per subscriber", better: "less" },
  { key: "alone", title: "CPU ms per event without subscribers", better: "less" },
];

export const feed: Row = {
  name: "feed",
  title: "Live feed: subscribers of one firm with the same selection",
  async measure(bench) {
    const firm = await bench.firm(CONTACTS);
    const beside = bench.beside === null ? null : gatehouseOf(bench.beside, firm.databaseUrl);
    const measured: { count: number; rows: Awaited<ReturnType<typeof alternate>> }[] = [];
    for (const count of bench.isQuick ? [50] : [1000, 5000]) {
      const rows = await alternate(bench, variantsOf(firm, bench.hasPeers, beside), async (_variant, running) => {
        await freshen(firm);
        return measureFeed(bench, running, count);
      });
      measured.push({ count, rows });
    }
    const [cpu, last] = metrics as [Metric, Metric];
    return {
      tables: measured.map(({ count, rows }) => ({
        title: `${count.toLocaleString("en")} subscribers`,
        metrics,
        rows,
      })),
      goals: measured.flatMap(({ count, rows }) => [
        versus(rows, cpu, FLOOR, 1.5, `${count} subscribers: CPU per event at most 1.5x the floor`),
        ...(bench.hasPeers
          ? [versus(rows, cpu, PEER, 0.2, `${count} subscribers: CPU per event at most a fifth of the peer's`)]
          : []),
        ...noWorseThan(beside, rows, [cpu, last], `${count} subscribers: `),
        versus(rows, last, FLOOR, 2, `${count} subscribers: the last subscriber within 2x the floor`),
        within(rangeIn(rows, "Gatehouse", "kB"), "less", 20, `${count} subscribers: at most 20 kB each`, " kB"),
      ]),
      notes: [
        "Every event is a changed contact: one commit with its numbered audit event, in the floor and the peer too. A burst is 20 of them, each requested as soon as the previous one is answered. Memory is the growth of resident memory a second or two after everyone has subscribed, divided by the number of subscribers. The bench checks that every subscriber gets every event once and in order.",
        "Only Gatehouse checks the subscriber, checks before each event whether that session may still read, and reads the log. The floor and the peer forward what was published.",
      ],
    };
  },
};

const latencies: Metric[] = [
  { key: "p50", title: "call to last subscriber, p50 ms", better: "less" },
  { key: "p99", title: "p99 ms", better: "less" },
];
const delivered: Metric = {
  key: "events",
  title: "events, each delivered to every subscriber once and in order",
  better: "more",
};
export const feedSteady: Row = {
  name: "feed-steady",
  title: "Live feed: 10 events a second for 60 s to 1,000 subscribers",
  async measure(bench) {
    const firm = await bench.firm(CONTACTS);
    const count = bench.isQuick ? 50 : 1000;
    const seconds = bench.isQuick ? 1 : 60;
    const beside = bench.beside === null ? null : gatehouseOf(bench.beside, firm.databaseUrl);
    const variants = [gatehouse(firm.databaseUrl), ...(beside ? [beside] : [])];
    const rows = await alternate(bench, variants, async (_variant, { port }) => {
      await freshen(firm);
      const publisher = await Publisher.open(port);
      const subscribers = await subscribe(port, count);
      try {
        const first = await firstSeq(publisher, subscribers);
        const sentAt: number[] = [];
        const startedAt = performance.now();
        for (let n = 0; n < seconds * 10; n++) {
          await wait(startedAt + n * 100 - performance.now());
          sentAt.push(await publisher.publish());
        }
        const arrivals: number[] = [];
        for (const [n, at] of sentAt.entries()) arrivals.push((await subscribers.all(first + 1 + n)) - at);
        return { p50: median(arrivals), p99: quantile(arrivals, 0.99), events: arrivals.length };
      } finally {
        subscribers.close();
        publisher.close();
      }
    });
    return {
      tables: [{ metrics: [...latencies, delivered], rows }],
      goals: [
        within(
          rangeIn(rows, "Gatehouse", "p99"),
          "less",
          100,
          "p99 under 100 ms from the call (before the commit) to the last subscriber, nothing lost",
          " ms",
        ),
        ...noWorseThan(beside, rows, latencies),
      ],
      notes: ["The time includes the mutation itself, so it is longer than the time from the commit."],
    };
  },
};
