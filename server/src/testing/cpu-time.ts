import { buildSchema, parse, validate } from "graphql";

/** The yardstick's CPU time on the machine for which the limits are stated (two cores, idle). */
const YARDSTICK_MS = 5;
const yardstickSchema = buildSchema("type Query { query: Query, name: String }");
const yardstickDocument = parse(`{ ${"query { name } ".repeat(100)} }`);

/** CPU milliseconds of this process, all its threads, during the work. */
async function cpuOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const yardstick = () => cpuOf(() => validate(yardstickSchema, yardstickDocument));
/** Code is slow until it is compiled, and a slow yardstick would let anything pass. */
async function warmUp(): Promise<void> {
  for (let run = 0; run < 30; run++) await yardstick();
}
let warm: Promise<void> | undefined;

/**
 * How many times longer a fixed piece of work takes here and now; 1 if the machine is at least as fast as the
 * reference.
 */
async function slowness(): Promise<number> {
  await (warm ??= warmUp());
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) least = Math.min(least, await yardstick());
  return Math.max(1, least / YARDSTICK_MS);
}

export interface CpuBound {
  /** Work that finishes within this limit is not repeated. */
  boundMs: number;
  runs: number;
}

/**
 * CPU milliseconds that the work takes in this process, as an idle machine would count them: the least of several runs,
 * each over the limit scaled by what a fixed piece of work takes right afterwards. Other work on the same cores can
 * double CPU time; it affects both alike.
 */
export async function leastCpuMs({ boundMs, runs }: CpuBound, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs && least > boundMs; run++) {
    const cost = await cpuOf(work);
    least = Math.min(least, cost > boundMs ? cost / (await slowness()) : cost);
  }
  return least;
}
