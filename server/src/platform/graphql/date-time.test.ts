import { expect, it } from "@jest/globals";
import { isoOf } from "./date-time.js";

it("a timestamp is formatted exactly as JavaScript does it, in any year, even before 1970", () => {
  const last = 8.64e15;
  const edges = [0, -1, 1, 86_399_999, 86_400_000, -86_400_000, 951_782_400_000, last, -last];
  const anywhere = Array.from({ length: 5000 }, (_, n) => Math.round(((n * 0.618034) % 1) * 2 * last - last));
  const today = Array.from({ length: 5000 }, (_, n) => 1_790_000_000_000 + n * 12_345_679);
  for (const ms of [...edges, ...anywhere, ...today]) expect(isoOf(ms)).toBe(new Date(ms).toISOString());
  for (const none of [Number.NaN, Infinity, 2 * last]) expect(() => isoOf(none)).toThrow(RangeError);
});
