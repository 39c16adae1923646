import { describe, expect, it } from "@jest/globals";
import { addDays, type ReportKind } from "@gatehouse/shared";
import { readPeriod, type AskedPeriod } from "./report-question.js";

const now = Date.parse("2026-03-01T03:00:00Z");
const nothing: AskedPeriod = { asOf: null, since: null, until: null };
const read = (kind: ReportKind, asked: Partial<AskedPeriod>, timeZone = "UTC") =>
  readPeriod(kind, { ...nothing, ...asked }, { now, timeZone });

describe("what a report is about", () => {
  it("is now, or the last thirty days of the firm's zone, if nothing is said", () => {
    expect(read("access", {})).toEqual({ asOf: now, days: null });
    expect(read("changes", {})).toEqual({ asOf: null, days: { first: "2026-01-31", last: "2026-03-01" } });
    expect(read("changes", {}, "America/Toronto")).toEqual({
      asOf: null,
      days: { first: "2026-01-30", last: "2026-02-28" },
    });
  });

  it.each<[ReportKind, Partial<AskedPeriod>, string]>([
    ["access", { asOf: now + 1 }, "asOf"],
    ["access", { asOf: Date.parse("1999-12-31T23:59:59.999Z") }, "asOf"],
    ["access", { asOf: Date.parse("0001-01-01T00:00:00Z") }, "asOf"],
    ["changes", { since: "2026-02-28", until: "2026-03-02" }, "until"],
    ["adoption", { since: "2999-12-31", until: "2999-12-31" }, "since"],
    ["adoption", { until: "1999-12-31" }, "until"],
    ["access", { since: "2026-01-01" }, "since"],
    ["access", { until: "2026-01-01" }, "until"],
    ["adoption", { asOf: now }, "asOf"],
    ["adoption", { since: "2026-02-29" }, "since"],
    ["adoption", { until: "2026-2-1" }, "until"],
    ["changes", { since: "2026-02-02", until: "2026-02-01" }, "since"],
  ])("is not %s of %j, and it says why %s is wrong", (kind, asked, field) => {
    expect(read(kind, asked)).toMatchObject({ field, problem: expect.any(String) });
  });

  it("is about 400 days at most", () => {
    const last = "2026-02-28";
    expect(read("changes", { since: addDays(last, -399), until: last })).toMatchObject({ asOf: null });
    expect(read("changes", { since: addDays(last, -400), until: last })).toMatchObject({ field: "since" });
  });

  it("is as of 2000 at the earliest, and ends today at the latest, in the firm's zone", () => {
    const first = Date.parse("2000-01-01T05:00:00Z");
    expect(read("access", { asOf: first }, "America/Toronto")).toEqual({ asOf: first, days: null });
    expect(read("access", { asOf: first - 1 }, "America/Toronto")).toMatchObject({ field: "asOf" });
    expect(read("changes", { until: "2026-03-01" })).toMatchObject({ asOf: null });
    expect(read("changes", { until: "2026-03-01" }, "America/Toronto")).toEqual({
      field: "until",
      problem: "until is after today, which is 2026-02-28 in the firm's time zone.",
    });
  });
});
