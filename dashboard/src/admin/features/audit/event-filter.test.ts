import { describe, expect, it } from "@jest/globals";
import { auditEventKinds, auditEventTypes, auditEventTypesOf, type AuditEventKind } from "@gatehouse/shared";
import { exportAddress, filterOf, passes, readActivitySearch, type ActivitySearch } from "./event-filter.js";

const event = {
  id: "evt_1",
  cursor: "c",
  type: "SIGN_IN_FAILED",
  occurredAt: "2026-03-08T12:00:00.000Z",
  summary: "",
  reason: null,
  actorKind: "CLIENT",
  actorId: "acc_1",
  actorName: null,
  ipAddress: null,
  changes: [] as { field: string; before: unknown; after: unknown }[],
  contact: { id: "con_1", name: "Ann" },
} as const;

describe("the activity's filter", () => {
  it("lists each type of event under one kind", () => {
    const all = (Object.keys(auditEventKinds) as AuditEventKind[]).flatMap(auditEventTypesOf);
    expect(all.toSorted()).toEqual(auditEventTypes.toSorted());
  });

  it("takes from an address only what it understands", () => {
    const search = { what: "TWO_FACTOR", client: "con_1", who: "CLIENT", from: "2026-03-01", to: "2026-03-31" };
    expect(readActivitySearch({ ...search, other: "x" })).toEqual(search);
    expect(
      readActivitySearch({ what: "toString", client: "acc_1", who: "me", from: "soon", to: "2026-02-30" }),
    ).toEqual({});
    expect(readActivitySearch({ what: 5, who: ["CLIENT"] })).toEqual({});
  });

  it.each`
    timeZone                 | from            | to              | since                         | until
    ${"UTC"}                 | ${"2026-03-07"} | ${"2026-03-08"} | ${"2026-03-07T00:00:00.000Z"} | ${"2026-03-09T00:00:00.000Z"}
    ${"America/Los_Angeles"} | ${"2026-03-07"} | ${"2026-03-08"} | ${"2026-03-07T08:00:00.000Z"} | ${"2026-03-09T07:00:00.000Z"}
    ${"Africa/Cairo"}        | ${"2026-04-23"} | ${"2026-04-23"} | ${"2026-04-22T22:00:00.000Z"} | ${"2026-04-23T22:00:00.000Z"}
    ${"Africa/Cairo"}        | ${"2026-04-24"} | ${"2026-04-24"} | ${"2026-04-23T22:00:00.000Z"} | ${"2026-04-24T21:00:00.000Z"}
    ${"Pacific/Kiritimati"}  | ${"2026-01-01"} | ${"2026-01-01"} | ${"2025-12-31T10:00:00.000Z"} | ${"2026-01-01T10:00:00.000Z"}
  `(
    "asks the server for whole days of the firm in $timeZone, including the last one",
    ({ timeZone, from, to, since, until }) =>
      expect(filterOf({ from: String(from), to: String(to) }, String(timeZone))).toEqual({ since, until }),
  );

  it("asks the server for what was chosen", () => {
    expect(filterOf({ who: "mem_1", what: "PLAN_CHANGED" }, "UTC")).toEqual({
      actorId: "mem_1",
      types: ["PLAN_CHANGED"],
    });
  });

  it.each`
    search                        | isShown
    ${{}}                         | ${true}
    ${{ what: "SIGN_INS" }}       | ${true}
    ${{ what: "CONTACTS" }}       | ${false}
    ${{ what: "SIGN_IN_FAILED" }} | ${true}
    ${{ client: "con_1" }}        | ${true}
    ${{ client: "con_2" }}        | ${false}
    ${{ who: "CLIENT" }}          | ${true}
    ${{ who: "SYSTEM" }}          | ${false}
    ${{ who: "mem_1" }}           | ${false}
    ${{ from: "2026-03-07" }}     | ${true}
    ${{ from: "2026-03-10" }}     | ${false}
    ${{ to: "2026-03-06" }}       | ${false}
    ${{ to: "2026-03-10" }}       | ${true}
  `("shows a new event with $search: $isShown", ({ search, isShown }) => {
    expect(passes(filterOf(search as ActivitySearch, "UTC"), event)).toBe(isShown);
  });

  it("is the same for the exported file", () => {
    expect(exportAddress(filterOf({ what: "CONTACTS", who: "API_KEY" }, "UTC"))).toBe(
      "/audit-log.csv?types=CONTACT_CREATED%2CCONTACT_UPDATED%2CCONTACT_DELETED%2CCONTACT_REDIRECTED&actorKinds=API_KEY",
    );
  });
});
