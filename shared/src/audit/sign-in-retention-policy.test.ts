import { describe, expect, it } from "@jest/globals";
import { DAY_MS, HOUR_MS } from "../durations/durations.js";
import {
  isShorter,
  isSignInRetention,
  keptInWords,
  signInErasureFrom,
  signInsErasedBefore,
} from "./sign-in-retention-policy.js";

const day = (text: string) => Date.parse(`${text}T00:00:00.000Z`);

describe("how long a firm's sign-in events keep their facts", () => {
  it.each<[days: number | null, may: boolean]>([
    [null, true],
    [30, true],
    [365, true],
    [3650, true],
    [29, false],
    [3651, false],
    [0, false],
    [-30, false],
    [30.5, false],
    [Number.NaN, false],
  ])("may be %s: %s", (days, may) => expect(isSignInRetention(days)).toBe(may));

  it.each<[from: number | null, to: number | null, shorter: boolean]>([
    [null, 3650, true],
    [365, 30, true],
    [30, 365, false],
    [30, 30, false],
    [365, null, false],
    [null, null, false],
  ])("from %s to %s is shorter: %s", (from, to, shorter) => expect(isShorter(from, to)).toBe(shorter));

  it.each<[days: number | null, setHoursAgo: number | null, before: string | null]>([
    [null, null, null],
    [null, 1000, null],
    [30, null, null],
    [30, 0, null],
    [30, 23.9, null],
    [30, 24, "2026-10-31"],
    [365, 1000, "2025-11-30"],
    // A clock that was ahead.
    [30, -5, null],
    // Nobody may choose these: somebody wrote them into the table.
    [29, 1000, null],
    [0, 1000, null],
    [-30, 1000, null],
    [3651, 1000, null],
  ])("is carried out, with %s days set %s hours ago, before %s", (days, hours, before) => {
    const now = day("2026-11-30") + 9 * HOUR_MS;
    const setting = { days, setAt: hours === null ? null : now - hours * HOUR_MS };
    expect(signInsErasedBefore(setting, now)).toBe(before === null ? null : day(before));
  });

  it("is carried out a day after it was set, and never where it is for ever", () => {
    expect(signInErasureFrom({ days: 30, setAt: 5 })).toBe(5 + DAY_MS);
    expect(signInErasureFrom({ days: null, setAt: 5 })).toBeNull();
    expect(signInErasureFrom({ days: -30, setAt: 5 })).toBeNull();
  });

  it.each<[days: number | null, words: string]>([
    [null, "for ever"],
    [30, "for 30 days"],
    [365, "for 1 year"],
    [730, "for 2 years"],
    [400, "for 400 days"],
  ])("is said of %s: %s", (days, words) => expect(keptInWords(days)).toBe(words));
});
