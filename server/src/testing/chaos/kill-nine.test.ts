import { expect, it } from "@jest/globals";
import { describeOnDatabases } from "../databases.js";
import { killNine } from "./kill-nine.js";

/** `npm run chaos` kills fifty times; without it this is a short version for every day. */
const kills = Number(process.env.CHAOS_KILLS ?? 5);
const isAlone = process.env.CHAOS_KILLS !== undefined;
const say = (line: string) => void (isAlone && process.stdout.write(`${line}\n`));

describeOnDatabases("C01 kill -9 at random moments under load", (database) => {
  it(`keeps every promise through ${kills} kills`, async () => {
    const { checks, counts, broken } = await killNine(database.name, kills, say);
    say(`\n${database.name}: ${kills} kills, ${checks} promises checked, ${broken.length} broken`);
    for (const [what, count] of counts) say(`${count.toString().padStart(8)}  ${what}`);
    expect(broken).toEqual([]);
  }, 1_800_000);
});
