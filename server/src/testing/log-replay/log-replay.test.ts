import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../databases.js";
import { mutationNames, ReplayWalk } from "./replay-walk.js";
import { worldStage, type Stage } from "./stage.js";

/** `npm run replay` walks further; without it this is a short version for every day. */
const acts = Number(process.env.REPLAY_ACTS ?? 400);
const seed = Number(process.env.REPLAY_SEED ?? 14);
const isAlone = process.env.REPLAY_ACTS !== undefined;
const say = (line: string) => void (isAlone && process.stdout.write(`${line}\n`));
const COMPARED_EVERY = 20;

describeOnDatabases("a reader of nothing but the log", (database) => {
  let stage: Stage;
  let walked: ReplayWalk;
  beforeAll(async () => {
    stage = await worldStage(database.url());
    walked = await ReplayWalk.begin(stage, seed);
  });
  afterAll(() => stage.close());

  it("has an act of the walk for every mutation", () => {
    expect(mutationNames.filter((name) => !walked.actNames.includes(name))).toEqual([]);
  });

  it(`rebuilds each firm as the tables have it, after ${acts} random acts`, async () => {
    for (let act = 1; act <= acts; act++) {
      await walked.step();
      if (act % COMPARED_EVERY > 0 && act < acts) continue;
      const found = await walked.compare();
      if (found.length > 0)
        say([`seed ${seed}, act ${act}`, ...walked.story.slice(-COMPARED_EVERY), ...found].join("\n"));
      expect({ act, lately: found.length > 0 ? walked.story.slice(-COMPARED_EVERY) : [], found }).toEqual({
        act,
        lately: [],
        found: [],
      });
      if (act % 500 === 0) say(`${database.name}: ${act} of ${acts} acts, seed ${seed}: in agreement`);
    }
    const { made, done, refusals } = walked.walk;
    say(
      [...made]
        .map(
          ([name, count]) =>
            `${(done.get(name) ?? 0).toString().padStart(6)} of ${count.toString().padStart(6)}  ${name}`,
        )
        .join("\n"),
    );
    for (const [why, count] of refusals) say(`${count.toString().padStart(6)}  ${why}`);
    expect(mutationNames.filter((name) => !made.has(name))).toEqual([]);
  }, 36_000_000);
});
