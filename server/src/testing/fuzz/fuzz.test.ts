import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { describeOnDatabases } from "../databases.js";
import { World } from "../world.js";
import { fuzz } from "./fuzz.js";

/**
 * The time for everything described here together: `npm run fuzz -- --seconds 3600`, or less than a minute among the
 * other tests.
 */
const SECONDS = Number(process.env.FUZZ_SECONDS ?? 40);
const RUNS = 4;
/** A new seed each time when run by hand; a run of all tests must find what the last one found. */
const SEED = Number(process.env.FUZZ_SEED ?? (process.env.FUZZ_SECONDS === undefined ? 27 : Date.now() % 2 ** 30));

describeOnDatabases("generated operations", (database) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(database.url(), { sourceLimitFactor: 1_000_000 });
  });
  afterAll(() => world.stop());

  it.each([
    ["of every run", 26],
    ["of this run", SEED],
  ])(
    "X26 cause no failure of ours, hold nobody up and leave nothing behind in memory: those %s, seed %i",
    async (_which, seed) => {
      const report = await fuzz(world, SECONDS / RUNS, seed);
      if (process.env.FUZZ_SECONDS !== undefined) console.info(JSON.stringify({ ...report, database: database.name }));
      // `npm run fuzz -- --seed` repeats it.
      expect({ seed, findings: report.findings }).toEqual({ seed, findings: [] });
      // They are not mere nonsense: many of them run.
      expect(report.outcomes.data ?? 0).toBeGreaterThan(report.requests / 5);
    },
    SECONDS * 1000 + 300_000,
  );
});
