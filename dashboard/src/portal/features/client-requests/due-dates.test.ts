import { describe, expect, it } from "@jest/globals";
import { groupByDueDate } from "./due-dates.js";

const due = (dueOn: string | null) => ({ dueOn });
const days = (groups: ReturnType<typeof groupByDueDate>) =>
  groups.map(({ group, requests }) => [group, requests.map(({ dueOn }) => dueOn)]);

describe("open requests by due date", () => {
  it("are overdue from the next day on, and due within a week from today through the seventh day", () => {
    const requests = ["2026-03-08", "2026-03-01", "2026-02-28", "2026-03-09", null, "2026-02-27"].map(due);
    expect(days(groupByDueDate(requests, "2026-03-01"))).toEqual([
      ["overdue", ["2026-02-27", "2026-02-28"]],
      ["week", ["2026-03-01", "2026-03-08"]],
      ["later", ["2026-03-09"]],
      ["undated", [null]],
    ]);
  });

  it("have no empty groups, and are grouped across the end of the year", () => {
    expect(days(groupByDueDate([due("2027-01-03")], "2026-12-28"))).toEqual([["week", ["2027-01-03"]]]);
    expect(groupByDueDate([], "2026-12-28")).toEqual([]);
  });
});
