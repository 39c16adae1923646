/** What was measured in one process of one variant. */
export type Sample = Record<string, number>;
export interface Metric {
  key: string;
  title: string;
  better: "more" | "less";
  digits?: number;
}
export interface Range {
  median: number;
  min: number;
  max: number;
}

export function rangeOf(values: number[]): Range {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: sorted.at(-1) ?? Number.NaN };
}

/** "overlap": the ranges cross the bound, so nothing is claimed, whatever the medians say. */
export type Verdict = "met" | "missed" | "overlap" | "not measured";

/** Whether `ours` is at least (or at most) `bound`, judged by whole ranges. */
export function judge(ours: Range, bound: Range, better: Metric["better"]): Verdict {
  if (Number.isNaN(ours.median) || Number.isNaN(bound.median)) return "not measured";
  const isMet = better === "more" ? ours.min >= bound.max : ours.max <= bound.min;
  const isMissed = better === "more" ? ours.max < bound.min : ours.min > bound.max;
  return isMet ? "met" : isMissed ? "missed" : "overlap";
}
export const times = ({ median, min, max }: Range, factor: number): Range => ({
  median: median * factor,
  min: min * factor,
  max: max * factor,
});
export const exactly = (value: number): Range => ({ median: value, min: value, max: value });
