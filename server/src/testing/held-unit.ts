import { jest } from "@jest/globals";
import type { Work } from "../features/work/unit-of-work.js";

/**
 * Holds back a unit of work right before it begins, so that whatever was read earlier is stale by the time it
 * continues. Holds the next one, or a later one after skipping `after`. Call `jest.restoreAllMocks()` after the test.
 */
export function holdUnit(work: Work, after = 0): { isReached: Promise<void>; go: () => void } {
  const original = work.do.bind(work);
  let reached: () => void = () => undefined;
  let go: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const mayGo = new Promise<void>((resolve) => (go = resolve));
  const spy = jest.spyOn(work, "do");
  for (let n = 0; n < after; n++) spy.mockImplementationOnce(original);
  spy.mockImplementationOnce(async (unit) => {
    reached();
    await mayGo;
    return original(unit);
  });
  return { isReached, go };
}
