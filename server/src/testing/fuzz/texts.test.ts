import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../databases.js";
import { World } from "../world.js";
import { fuzzTexts } from "./fuzz-texts.js";
import { placesOf } from "./text-places.js";
import { senders } from "./text-world.js";

/** On each database: `npm run fuzz -- --minutes 10`, or one round among the other tests. */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 1);
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 13 : Date.now() % 2 ** 30));

describeOnDatabases("texts as the world writes them", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000 });
  });
  afterAll(() => world.stop());

  it(
    `cause no failure of ours in any input, and what is accepted is read back equal, seed ${SEED}`,
    async () => {
      const report = await fuzzTexts(world, { seconds: SECONDS, seed: SEED });
      if (process.env.FUZZ_SECONDS !== undefined)
        console.info(JSON.stringify({ ...report, tried: undefined, database: database.name }));
      // `npm run fuzz -- --seed` repeats it.
      expect({ seed: SEED, findings: report.findings }).toEqual({ seed: SEED, findings: [] });
      // Every input of the schema, and everybody who may send it.
      const places = placesOf(world.app.schema);
      const left = places.flatMap(({ name }) => senders.map((sender) => `${name} as ${sender}`));
      expect(left.filter((each) => report.tried[each] === undefined)).toEqual([]);
    },
    SECONDS * 1000 + 600_000,
  );
});
