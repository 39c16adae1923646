import { describe, expect, it } from "@jest/globals";
import { canRunMysqlCluster } from "../mysql-cluster.js";
import { hasProgram } from "../services.js";
import { clusterChaos } from "./cluster-chaos.js";

/** `npm run chaos -- --database cluster --kills 20` does twenty; without it this is a short version for every day. */
const times = Number(process.env.CHAOS_KILLS ?? 4);
const isAlone = process.env.CHAOS_KILLS !== undefined;
const say = (line: string) => void (isAlone && process.stdout.write(`${line}\n`));

describe("C06 a MySQL cluster whose primary fails under load (cluster)", () => {
  if (!canRunMysqlCluster("a primary that fails") || !hasProgram("redis-server", "a primary that fails")) return;

  it(`keeps every promise through ${times} faults of the primary`, async () => {
    const { checks, counts, broken } = await clusterChaos(times, isAlone, say);
    say(`\ncluster: ${times} faults, ${checks} promises checked, ${broken.length} broken`);
    for (const [what, count] of counts) say(`${count.toString().padStart(8)}  ${what}`);
    expect(broken).toEqual([]);
  }, 1_800_000);
});
