import { jest } from "@jest/globals";
import type { Work } from "../features/work/unit-of-work.js";

/**
 * Holds back a unit of work right before it begins: whatever was read before it is old by the time that it may go on. The next one, or
 * the one after so many. `jest.restoreAllMocks()` after the test.
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
