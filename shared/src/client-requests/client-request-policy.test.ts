import { describe, expect, it } from "@jest/globals";
import { isCalendarDate, readRequestDraft } from "./client-request-policy.js";

const good = { title: "Tax return", items: ["Payroll"] };

describe("request drafts", () => {
  it("a due date is a real day", () => {
    const real = ["2026-04-15", "2028-02-29", "2000-02-29", "1900-01-01", "2999-12-31"];
    const none = [
      "3000-01-01",
      "x2026-04-15",
      "2026-04-15x",
      "2026-04-31",
      "2026-02-30",
      "2027-02-29",
      "2026-13-01",
      "2026-00-10",
      "2026-4-15",
      "15.04.2026",
      "1899-12-31",
      "",
    ];
    expect(real.filter((day) => !isCalendarDate(day))).toEqual([]);
    expect(none.filter((day) => isCalendarDate(day))).toEqual([]);
  });

  it("are trimmed, and have no due date if none is given", () => {
    expect(readRequestDraft({ title: " Tax return ", items: [" Payroll\t"] })).toEqual({
      draft: { ...good, dueOn: null },
      fault: null,
    });
    expect(readRequestDraft({ ...good, dueOn: "2026-04-15" })).toEqual({
      draft: { ...good, dueOn: "2026-04-15" },
      fault: null,
    });
  });

  it("are measured in characters as people count them, up to exactly the limit", () => {
    expect(readRequestDraft({ title: "🦊".repeat(200), items: ["🦊".repeat(500)] }).fault).toBeNull();
    expect(readRequestDraft({ ...good, title: "🦊".repeat(201) }).fault?.field).toEqual(["title"]);
    expect(readRequestDraft({ ...good, items: ["ok", "🦊".repeat(501)] }).fault?.field).toEqual(["items", "1"]);
    expect(readRequestDraft({ ...good, items: Array.from({ length: 50 }, () => "x") }).fault).toBeNull();
    expect(readRequestDraft({ ...good, items: Array.from({ length: 51 }, () => "x") }).fault?.field).toEqual(["items"]);
  });

  it("name the field that is wrong", () => {
    const faultOf = (typed: object) => readRequestDraft({ ...good, ...typed }).fault?.field;
    expect(faultOf({ title: "  " })).toEqual(["title"]);
    expect(faultOf({ title: "Tax\r\nBcc: everybody" })).toEqual(["title"]);
    expect(faultOf({ items: [] })).toEqual(["items"]);
    expect(faultOf({ items: ["Payroll", " "] })).toEqual(["items", "1"]);
    expect(faultOf({ items: ["half a fox \ud83e"] })).toEqual(["items", "0"]);
    expect(faultOf({ dueOn: "2026-02-30" })).toEqual(["dueOn"]);
  });

  it.each([
    [{ title: "" }, "Give the request a title."],
    [{ title: "x".repeat(201) }, "Use at most 200 characters for the title."],
    [{ title: "Tax\u0007return" }, "A title must be a single line of plain text."],
    [{ items: [] }, "Ask for at least one thing."],
    [{ items: Array.from({ length: 51 }, () => "x") }, "A request can have at most 50 items."],
    [{ items: [" "] }, "Say what you need for this item."],
    [{ items: ["x".repeat(501)] }, "Use at most 500 characters for an item."],
    [{ items: ["Pay\nroll"] }, "An item must be a single line of plain text."],
    [{ dueOn: "soon" }, "The due date must be a valid date, such as 2026-04-15."],
  ])("report the first thing that is wrong: %j", (typed, message) =>
    expect(readRequestDraft({ ...good, ...typed }).fault?.message).toBe(message),
  );
});
