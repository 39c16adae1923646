import type { Running, Variant } from "./processes.js";
import { start } from "./processes.js";
import { connectTo, type Firm } from "./seed.js";
import { rangeOf, judge, times, exactly, type Metric, type Range, type Sample, type Verdict } from "./statistics.js";

/** The inputs of a bench run. */
export interface Bench {
  rounds: number;
  isQuick: boolean;
  /** If peers could not be installed, only the floor and Gatehouse are measured. */
  hasPeers: boolean;
  /** The folder of another source tree to compare with this one. */
  beside: string | null;
  say(what: string): void;
  /** The firm with this many contacts; the quick mode's `scale` makes it smaller. */
  firm(contacts: number): Promise<Firm>;
}
export interface Table {
  title?: string;
  metrics: Metric[];
  rows: { name: string; role: string; samples: Sample[] }[];
}
export interface Goal {
  text: string;
  verdict: Verdict;
  detail: string;
}
export interface Result {
  tables: Table[];
  goals: Goal[];
  notes: string[];
}
/** One row of the report: an operation, measured in alternating rounds. */
export interface Row {
  name: string;
  title: string;
  /** Throws if a response is wrong; slowness never throws. */
  measure(bench: Bench): Promise<Result>;
}

/**
 * Runs each variant in a separate process in each round. Every round starts with another variant, so that none always
 * benefits from the same predecessor's warm-up.
 */
export async function alternate(
  bench: Bench,
  variants: Variant[],
  measure: (variant: Variant, running: Running) => Promise<Sample>,
): Promise<Table["rows"]> {
  const rows = variants.map(({ name, role }) => ({ name, role, samples: [] as Sample[] }));
  for (let round = 0; round < bench.rounds; round++) {
    for (let turn = 0; turn < variants.length; turn++) {
      const index = (turn + round) % variants.length;
      const variant = variants[index];
      const row = rows[index];
      if (!variant || !row) continue;
      const running = await start(variant);
      try {
        if (variant.name === "Gatehouse" && !bench.isQuick) await untilSealed(variant);
        const sample = await measure(variant, running);
        row.samples.push(sample);
        const figures = Object.entries(sample).map(([key, value]) => `${key} ${value.toFixed(1)}`);
        bench.say(`round ${round + 1} ${variant.name}: ${figures.join(", ")}`);
      } finally {
        await running.stop();
      }
    }
  }
  return rows;
}

/**
 * Waits until this tree's server has sealed the events of the seed and of another tree, which write no digests: that is
 * work of the minutes after an update, and no row's.
 */
async function untilSealed({ env }: Variant): Promise<void> {
  const db = await connectTo(env?.DATABASE_URL ?? "");
  try {
    for (;;) {
      const [rows] = await db.query("SELECT 1 FROM audit_counters WHERE chainedSeq < lastSeq LIMIT 1");
      if ((rows as unknown[]).length === 0) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  } finally {
    await db.end();
  }
}

export const rangeIn = (rows: Table["rows"], name: string, key: string): Range =>
  rangeOf((rows.find((row) => row.name === name)?.samples ?? []).map((sample) => sample[key] ?? Number.NaN));

const short = ({ median, min, max }: Range) => `${round(median)} (${round(min)}–${round(max)})`;
export const round = (value: number, digits?: number): string =>
  value.toLocaleString("en", {
    maximumFractionDigits: digits ?? (Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0),
  });

/** A goal as a factor of another variant's figure. */
export function versus(
  rows: Table["rows"],
  { key, better }: Pick<Metric, "key" | "better">,
  other: string,
  factor: number,
  text: string,
): Goal {
  const ours = rangeIn(rows, "Gatehouse", key);
  const theirs = rangeIn(rows, other, key);
  const verdict = judge(ours, times(theirs, factor), better);
  const ratio = (ours.median / theirs.median).toFixed(2);
  return { text, verdict, detail: `${ratio} by the medians: ${short(ours)} beside ${short(theirs)}` };
}
/** That the other tree's Gatehouse is no better by more than 5 %, if one is compared. */
export function noWorseThan(beside: Variant | null, rows: Table["rows"], metrics: Metric[], what = ""): Goal[] {
  if (!beside) return [];
  return metrics.map((metric) => {
    const text = `${what}${metric.title}: at most 5 % worse than ${beside.name}`;
    return versus(rows, metric, beside.name, metric.better === "more" ? 0.95 : 1.05, text);
  });
}
/** A goal as an absolute figure. */
export function within(ours: Range, better: Metric["better"], bound: number, text: string, unit = ""): Goal {
  return { text, verdict: judge(ours, exactly(bound), better), detail: `${short(ours)}${unit}` };
}
