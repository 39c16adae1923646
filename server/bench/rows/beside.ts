import { rangeIn, within, type Result, type Table } from "../bench.js";
import { closedLoop, type Load, type Measured } from "../load.js";
import type { Sample } from "../statistics.js";

/** How long something takes alone, and while other callers send requests without a pause. */
export async function aloneAndBeside(measure: () => Promise<Measured>, others: Load, seconds: number): Promise<Sample> {
  const alone = await measure();
  let isOver = false;
  const asking = closedLoop(others, seconds + 60, () => isOver);
  const beside = await measure();
  isOver = true;
  const { perSecond } = await asking;
  return { alone: alone.p99, beside: beside.p99, ratio: beside.p99 / alone.p99, others: perSecond };
}

/** The report of such samples: the p99 beside others may be `factor` times as long. */
export function besideResult(
  rows: Table["rows"],
  others: { name: string; rate: string },
  factor: number,
  note: string,
): Result {
  return {
    tables: [
      {
        metrics: [
          { key: "alone", title: "p99 ms alone", better: "less" },
          { key: "beside", title: `p99 ms beside ${others.name}`, better: "less" },
          { key: "ratio", title: "beside ÷ alone", better: "less" },
          { key: "others", title: `${others.rate} a second meanwhile`, better: "more" },
        ],
        rows,
      },
    ],
    goals: [within(rangeIn(rows, "Gatehouse", "ratio"), "less", factor, `p99 at most ${factor}x its p99 alone`, "x")],
    notes: [note],
  };
}
