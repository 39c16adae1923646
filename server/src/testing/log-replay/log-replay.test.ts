import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../databases.js";
import { leftOut, rebuilt } from "./left-out.js";
import { mutationNames, ReplayWalk } from "./replay-walk.js";
import type { LoggedEvent } from "./replay.js";
import { processStage, worldStage, type Stage } from "./stage.js";

/** `npm run replay` walks further; without it this is a short version for every day. */
const acts = Number(process.env.REPLAY_ACTS ?? 150);
const seed = Number(process.env.REPLAY_SEED ?? 14);
/** Kills the server now and then; it is a process of its own then. */
const kills = process.env.REPLAY_KILLS === "1";
const isAlone = process.env.REPLAY_ACTS !== undefined;
const say = (line: string) => void (isAlone && process.stdout.write(`${line}\n`));
/** Each comparison reads the whole log, so a long walk has them further apart. */
const COMPARED_EVERY = Math.max(10, Math.ceil(acts / 200));
/** So many acts do everything that can be done at least once. */
const DOES_EVERYTHING = 5000;

describeOnDatabases("a reader of nothing but the log", (database) => {
  let stage: Stage;
  let walked: ReplayWalk;
  beforeAll(async () => {
    stage = await (kills ? processStage : worldStage)(database.url());
    walked = await ReplayWalk.begin(stage, seed);
  });
  afterAll(() => stage.close());

  it("has an act of the walk for every mutation but those that erase what it reads", () => {
    const missing = mutationNames.filter((name) => !walked.actNames.includes(name));
    expect(missing).toEqual(["deleteContact"]);
  });

  it("rebuilds every column of what it is about, or says why not", () => {
    for (const [table, columns] of Object.entries(rebuilt)) {
      const stored = stage.database.getMetadata(table).columns.map(({ propertyName }) => propertyName);
      expect([table, [...columns, ...Object.keys(leftOut[table] ?? {})].toSorted()]).toEqual([
        table,
        stored.toSorted(),
      ]);
    }
  });

  it(`rebuilds each firm as the tables have it, after ${acts} random acts`, async () => {
    for (let act = 1; act <= acts; act++) {
      await walked.step({ kills });
      if (act % COMPARED_EVERY > 0 && act < acts) continue;
      const found = await walked.compare();
      if (found.length > 0) throw new Error(walked.tell(act, found));
      if (act % 500 === 0) say(`${database.name}, seed ${seed}: in agreement after ${act} of ${acts} acts`);
    }
    say(`${database.name}, seed ${seed}: in agreement after ${acts} acts and ${walked.kills} kills`);
    const { done, refusals } = walked.walk;
    for (const [what, count] of [...done, ...refusals]) say(`${count.toString().padStart(7)}  ${what}`);
    const neverDone = walked.actNames.filter((name) => mutationNames.includes(name) && !done.has(name));
    if (acts >= DOES_EVERYTHING && neverDone.length > 0) throw new Error(`never done: ${neverDone.join(", ")}`);
  }, 36_000_000);

  it("rebuilds the same from the lines of the file that the firm downloads", async () => {
    expect(await walked.compareFile()).toEqual([]);
  });

  const without = (fact: string) => (event: LoggedEvent) => ({ ...event, data: { ...event.data, [fact]: undefined } });
  it.each([
    [
      "sessions that it opened",
      (event: LoggedEvent) => (event.type === "SIGN_IN_SUCCEEDED" ? without("sessionId")(event) : event),
    ],
    ["what it changed", (event: LoggedEvent) => ({ ...event, changes: [] })],
    ["by which methods somebody has proven who they are", (event: LoggedEvent) => ({ ...event, methods: null })],
    ["whose login it was", without("portalAccountId")],
    ["which colleague it was", without("teamMemberId")],
  ])("cannot without an event's word for %s", async (_what, forget) => {
    expect(await walked.compare(forget)).not.toEqual([]);
  });
});
