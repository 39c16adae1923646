import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { describeOnDatabases, freshDatabaseUrl, type FreshDatabase } from "../../testing/databases.js";
import { emptyHanded, textOf, type Place } from "../../testing/portal-walk/place.js";
import { PortalWalk } from "../../testing/portal-walk/portal-walk.js";
import { World } from "../../testing/world.js";

/** Calls in a row from each beginning; `WALK_DEPTH=3` takes minutes. */
const DEPTH = Number(process.env.WALK_DEPTH ?? 2);
const CREATE = "create the account by the invitation";
const ENROLLED = [CREATE, "begin to enroll in a session", "confirm the enrollment"];
const MODES = [
  "the firm chooses login",
  "the firm chooses links only",
  "the firm requires 2FA",
  "the firm requires 2FA, but not of links",
  "the firm announces 2FA",
];

/** Clients in the middle of something, from where few more calls lead far. */
async function midways(walk: PortalWalk): Promise<Place[]> {
  const enrolled = await walk.goAlong(walk.start, ...ENROLLED);
  const plain = await walk.go(walk.start, CREATE);
  return [
    await walk.goAlong(enrolled, "the firm sends a password reset", "claim the link", "sign in"),
    await walk.goAlong(plain, "the firm sends a password reset", "claim the link"),
    await walk.goAlong(plain, "the firm requires 2FA", "sign in", "begin to enroll with the mailed code"),
    await walk.goAlong(walk.start, "the firm requires 2FA", "claim the link"),
    await walk.goAlong(walk.start, "claim the link"),
  ];
}

/**
 * The whole server, called in every order: what the walk over the policy (shared/src/sign-in) proves for the rules,
 * this proves for the doors.
 */
describe("every order of calls at the real server", () => {
  let fresh: FreshDatabase;
  let world: World;
  let walk: PortalWalk;
  beforeAll(async () => {
    // Thousands of commits that need not outlive the test: in memory, if there is room, they are not waited for.
    const before = process.env.TMPDIR;
    if (existsSync("/dev/shm")) process.env.TMPDIR = "/dev/shm";
    fresh = await freshDatabaseUrl("sqlite");
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
    world = await World.start(fresh.url);
    walk = await PortalWalk.begin(world);
  });
  afterAll(async () => {
    await world.stop();
    await fresh.drop();
  });

  /** Mode × client: where sequences begin. The plan is one of the calls. */
  async function beginnings(): Promise<Place[]> {
    const places: Place[] = [];
    for (const calls of [[], [CREATE], ENROLLED]) {
      const client = await walk.goAlong(walk.start, ...calls);
      for (const mode of MODES) places.push(await walk.go(calls.length ? emptyHanded(client) : client, mode));
    }
    return places;
  }

  it(`${DEPTH} calls in a row never open the account without the code, nor more than a link's one request`, async () => {
    const began = performance.now();
    let level = new Map((await beginnings()).map((place) => [textOf(place), place]));
    let sequences = new Map([...level.keys()].map((text) => [text, 1]));
    const edges = new Map<string, string[]>();
    const halfway = (await midways(walk)).map((place) => [textOf(place), place] as const);
    for (let depth = 0; depth < DEPTH; depth++) {
      // Clients who start half-way have only the last call left.
      if (depth === DEPTH - 1) for (const [text, place] of halfway) level.set(text, place);
      const next = new Map<string, Place>();
      for (const [text, place] of level) {
        const reached: string[] = [];
        for (const call of walk.callsAt(place)) {
          const there = await walk.go(place, call);
          reached.push(textOf(there));
          if (!level.has(textOf(there)) && !edges.has(textOf(there))) next.set(textOf(there), there);
        }
        edges.set(text, reached);
      }
      level = next;
    }
    let total = halfway.reduce((sum, [text]) => sum + (edges.get(text)?.length ?? 0), 0);
    for (let length = 1; length <= DEPTH; length++) {
      const longer = new Map<string, number>();
      for (const [text, count] of sequences)
        for (const there of edges.get(text) ?? []) longer.set(there, (longer.get(there) ?? 0) + count);
      sequences = longer;
      total += [...longer.values()].reduce((sum, count) => sum + count, 0);
    }
    const seconds = Math.round((performance.now() - began) / 1000);
    console.info(
      `walked ${total} sequences of up to ${DEPTH} calls: ${walk.made} calls at ${edges.size + level.size} states in ${seconds} s`,
    );
    expect(total).toBeGreaterThan(2000);
    // Everything that may be open was open: a server that refuses everybody would pass the rest.
    expect([...walk.opened].toSorted()).toEqual([
      "MAGIC_LINK_AND_LOGIN enrolled LINK",
      "MAGIC_LINK_AND_LOGIN enrolled TWO_FACTOR",
      "MAGIC_LINK_AND_LOGIN plain LINK",
      "MAGIC_LINK_AND_LOGIN plain PASSWORD",
      "MAGIC_LINK_AND_LOGIN_2FA enrolled LINK",
      "MAGIC_LINK_AND_LOGIN_2FA enrolled TWO_FACTOR",
      "MAGIC_LINK_AND_LOGIN_2FA plain LINK",
      "MAGIC_LINK_AND_LOGIN_2FA plain PASSWORD",
      "MAGIC_LINK_ONLY enrolled LINK",
      "MAGIC_LINK_ONLY plain LINK",
    ]);
  }, 600_000);
});

describeOnDatabases("two calls at the same moment", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url());
  });
  afterAll(() => world.stop());

  it("never open the account without the code: each way in beside each other one and beside a change of the mode", async () => {
    const walk = await PortalWalk.begin(world);
    const isWayIn = (call: string) => /^(sign in|create|reset the|claim|type|use|confirm)/.test(call);
    let pairs = 0;
    for (const place of await midways(walk)) {
      const waysIn = walk.callsAt(place).filter(isWayIn);
      for (const [index, call] of waysIn.entries())
        for (const other of [...waysIn.slice(index), ...MODES]) {
          await walk.go(place, call, other);
          pairs++;
        }
    }
    console.info(`${pairs} pairs of calls at the same moment`);
    expect(pairs).toBeGreaterThan(100);
  }, 600_000);
});
