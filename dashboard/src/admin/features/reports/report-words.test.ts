import { describe, expect, it } from "@jest/globals";
import { fileNameOf } from "./report-words.js";
import { readReportsSearch } from "./reports-search.js";

describe("a saved report", () => {
  const about = { asOf: null, since: null, until: null };

  it("is named after what was asked, in the firm's days", () => {
    const asOf = "2026-02-01T03:30:00.000Z";
    expect(fileNameOf({ ...about, kind: "ACCESS", asOf }, "csv", "America/Toronto")).toBe("access-2026-01-31.csv");
    const days = { since: "2026-01-01", until: "2026-01-31" };
    expect(fileNameOf({ ...about, kind: "CHANGES", ...days }, "pdf", "UTC")).toBe("changes-2026-01-01-2026-01-31.pdf");
  });
});

describe("the address of a report", () => {
  it("names it by its id, and anything else is the list", () => {
    expect(readReportsSearch({ report: "rpt_0123abc" })).toEqual({ report: "rpt_0123abc" });
    for (const report of ["access", "xrpt_1", "rpt_../x", "rpt_", 7, undefined])
      expect(readReportsSearch({ report })).toEqual({});
  });
});
