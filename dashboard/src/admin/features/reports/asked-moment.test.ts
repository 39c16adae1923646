import { describe, expect, it } from "@jest/globals";
import { askedMoment } from "./asked-moment.js";

describe("the moment that a report is asked about", () => {
  const here = { timeZone: "America/Toronto", now: Date.parse("2026-03-09T03:30:00Z") };

  it.each([
    ["nothing is now", "", "", null],
    ["today, which is not over, is now", "2026-03-08", "", null],
    ["a day is its end", "2026-03-07", "", "2026-03-08T04:59:59.999Z"],
    ["a time after clocks went forward", "2026-03-08", "22:00", "2026-03-09T02:00:00.000Z"],
    ["a time is one of today", "", "12:15", "2026-03-08T16:15:00.000Z"],
    ["a day and a time are those of the firm's zone", "2026-01-31", "14:30", "2026-01-31T19:30:00.000Z"],
    ["what is still to come is left to the server to refuse", "2026-03-10", "", "2026-03-11T03:59:59.999Z"],
  ])("%s", (_promise, day, time, moment) => {
    expect(askedMoment({ day, time }, here)).toBe(moment);
  });
});
