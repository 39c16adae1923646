import { describe, expect, it } from "@jest/globals";
import { addDays } from "../days/days.js";
import { dayFault, isDay, reportDays, type DaysFault } from "./report-days.js";

const today = "2026-03-01";
const read = (since: string | null, until: string | null) => reportDays({ since, until }, today);

describe("the days that a report is about", () => {
  it("are the last thirty until the last one, if nothing else is said", () => {
    expect(read(null, null)).toEqual({ first: "2026-01-31", last: today });
    expect(read(null, "2000-01-01")).toEqual({ first: "1999-12-03", last: "2000-01-01" });
    expect(read("2026-02-28", null)).toEqual({ first: "2026-02-28", last: today });
  });

  it.each<[string | null, string | null, DaysFault]>([
    // Not "too many days", nor days in the wrong order: it is this one that is wrong.
    ["2030-01-01", null, { field: "since", fault: "NOT_YET" }],
    [addDays(today, 1), null, { field: "since", fault: "NOT_YET" }],
    ["2026-02-01", addDays(today, 1), { field: "until", fault: "NOT_YET" }],
    ["2999-12-31", "2999-12-31", { field: "since", fault: "NOT_YET" }],
    ["0001-01-01", null, { field: "since", fault: "TOO_EARLY" }],
    ["1999-12-31", "2000-01-02", { field: "since", fault: "TOO_EARLY" }],
    [null, "1999-12-31", { field: "until", fault: "TOO_EARLY" }],
    ["2026-02-29", null, { field: "since", fault: "NOT_A_DAY" }],
    [null, "2026-2-1", { field: "until", fault: "NOT_A_DAY" }],
    ["2026-02-02", "2026-02-01", { field: "since", fault: "BACKWARDS" }],
    [addDays(today, -400), null, { field: "since", fault: "TOO_MANY" }],
  ])("from %s to %s are refused: %j", (since, until, fault) => expect(read(since, until)).toEqual(fault));

  it("may be today, the first day of all, and 400 together", () => {
    for (const day of [today, "2000-01-01"]) expect(dayFault(day, today)).toBeNull();
    expect(read(addDays(today, -399), today)).toEqual({ first: addDays(today, -399), last: today });
  });

  it("are in the calendar", () => {
    expect(["2024-02-29", "2026-12-31", "0001-01-01"].every(isDay)).toBe(true);
    expect(["2026-02-29", "2026-13-01", "2026-01-01T00:00", "12026-01-01", ""].some(isDay)).toBe(false);
  });
});
