import { afterAll, beforeAll, expect, it } from "@jest/globals";
import type { QueryRunner } from "typeorm";
import { describeOnDatabaseServers } from "../../testing/databases.js";
import { until, World } from "../../testing/world.js";
import { asReader } from "./readers.js";
import type { Party } from "./turns.js";

const FLOOD = 8000;
const OTHERS = 15;
/** All connections of the pool. */
const CONNECTIONS = 14;

describeOnDatabaseServers("reads, while somebody sends thousands of them at once", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { trustedProxies: ["127.0.0.1"] });
  });
  afterAll(() => world.stop());

  const codeOf = (error: unknown) => (error as { extensions?: { code?: string } }).extensions?.code ?? String(error);
  const read = (who: Party): Promise<string> =>
    asReader(who, () => world.app.work.reader.query("SELECT 1")).then(() => "answered", codeOf);
  const countOf = (outcomes: string[]) => {
    const counts: Record<string, number> = {};
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  /** Runs while no connection is free. */
  const whileAllAreTaken = async <T>(start: () => T): Promise<T> => {
    const held: QueryRunner[] = [];
    try {
      while (held.length < CONNECTIONS) {
        const runner = world.app.work.reader.connection.createQueryRunner();
        held.push(runner);
        await runner.connect();
      }
      return start();
    } finally {
      for (const runner of held) await runner.release();
    }
  };

  it.each<[string, Party, Party]>([
    ["by the same source", { tenant: null, caller: "192.0.2.1" }, { tenant: null, caller: "192.0.2.2" }],
    ["by the same person", { tenant: "firm", caller: "person" }, { tenant: "firm", caller: "colleague" }],
    ["by a person of another firm", { tenant: "firm", caller: "person" }, { tenant: "other firm", caller: "person" }],
  ])("X64 take no place of anybody else, and are refused beyond five thousand: %s", async (_by, flood, other) => {
    const [ofFlood, ofOthers] = await whileAllAreTaken(
      () =>
        [Array.from({ length: FLOOD }, () => read(flood)), Array.from({ length: OTHERS }, () => read(other))] as const,
    );
    // Those that came last are not the last to be answered.
    const over: string[] = [];
    const noted = (name: string, reads: readonly Promise<string>[]) =>
      Promise.all(reads.map((each) => each.then((outcome) => (over.push(`${name} ${outcome}`), outcome))));
    const [floods, others] = await Promise.all([noted("flood", ofFlood), noted("other", ofOthers)]);
    expect(countOf(others)).toEqual({ answered: OTHERS });
    expect(countOf(floods)).toEqual({ answered: 5000, UNAVAILABLE: FLOOD - 5000 });
    const answered = over.filter((each) => each.endsWith("answered"));
    expect(answered.lastIndexOf("other answered")).toBeLessThan(300);
  });

  it("X64 of one person, in a few requests with many reads each, let another firm's pass between them", async () => {
    const [flooding, other] = [await world.firm(), await world.firm()];
    const [flooder, token] = [await world.ownerToken(flooding), await world.ownerToken(other)];
    for (let n = 0; n < 100; n++) await world.contact(flooder, `Client ${n}`);
    const many = ["a", "b", "c"].map((alias) => `${alias}: auditEvents(first: 1) { nodes { id } }`).join(" ");
    const flood = { isOver: false, answered: 0 };
    const flooders = Array.from({ length: 14 }, async () => {
      for (; !flood.isOver; flood.answered += 1)
        await world.ask(`{ contacts(first: 100) { nodes { ${many} } } }`, {}, flooder);
    });
    const ask = () => world.ask("{ contacts(first: 20) { totalCount nodes { name } } }", {}, token);
    await until(() => flood.answered > 0);
    const before = flood.answered;
    for (let n = 0; n < 3; n++) expect((await ask()).errors).toBeUndefined();
    // Whoever waits behind the flood's reads waits for all of its requests, each time.
    expect(flood.answered - before).toBeLessThan(28);
    flood.isOver = true;
    await Promise.all(flooders);
  });

  it("X64 of one address leave every person at another address an answer", async () => {
    const firm = await world.firm();
    const token = await world.ownerToken(firm);
    const ask = async (address: string, bearer?: string) => {
      const { status, data, errors } = await world.ask("{ firm { name } viewer { __typename } }", {}, bearer, {
        "x-forwarded-for": address,
      });
      return data?.firm ? "answered" : `${status} ${errors?.[0]?.extensions.code}`;
    };
    // It may lose connections.
    const flood = Array.from({ length: 2500 }, () => ask("192.0.2.1", `gts_${"x".repeat(43)}`).catch(() => "lost"));
    const others = await Promise.all(Array.from({ length: OTHERS }, () => ask("192.0.2.2", token)));
    expect(countOf(others)).toEqual({ answered: OTHERS });
    await Promise.all(flood);
  });
});
