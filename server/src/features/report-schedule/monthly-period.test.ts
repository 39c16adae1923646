import { describe, expect, it } from "@jest/globals";
import { monthlyPeriod } from "./monthly-period.js";

describe("what the reports of a month are about", () => {
  it.each([
    // Clocks go forward within March, and back within October.
    ["2026-04", "Europe/Paris", "2026-03-31T22:00:00.000Z", "2026-03-01", "2026-03-31"],
    ["2026-11", "Europe/Paris", "2026-10-31T23:00:00.000Z", "2026-10-01", "2026-10-31"],
    // They go back on the first of November itself, after the month has begun.
    ["2026-11", "America/Toronto", "2026-11-01T04:00:00.000Z", "2026-10-01", "2026-10-31"],
    ["2027-01", "Pacific/Kiritimati", "2026-12-31T10:00:00.000Z", "2026-12-01", "2026-12-31"],
    ["2028-03", "UTC", "2028-03-01T00:00:00.000Z", "2028-02-01", "2028-02-29"],
    // Clocks skipped midnight: the month began at one.
    ["2017-10", "America/Asuncion", "2017-10-01T04:00:00.000Z", "2017-09-01", "2017-09-30"],
  ])("%s in %s: as of %s, and from %s to %s", (month, timeZone, asOf, first, last) => {
    expect(monthlyPeriod("access", month, timeZone)).toEqual({ asOf: Date.parse(asOf), days: null });
    for (const kind of ["adoption", "changes"] as const)
      expect(monthlyPeriod(kind, month, timeZone)).toEqual({ asOf: null, days: { first, last } });
  });
});
