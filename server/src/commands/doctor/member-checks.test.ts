import { describe, expect, it } from "@jest/globals";
import { memberFindings, type HostReport } from "./member-checks.js";

type State = "ONLINE" | "RECOVERING" | "ERROR" | "OFFLINE";
/** What the member of a group says; `states` are those of all members, its own first. */
const member = (
  at: string,
  role: "PRIMARY" | "SECONDARY",
  states: State[] = ["ONLINE", "ONLINE", "ONLINE"],
  isSinglePrimary = true,
): HostReport => ({
  at,
  isReadOnly: role === "SECONDARY",
  group: {
    isSinglePrimary,
    members: states.map((state, n) => ({ state, role: n === 0 ? role : "SECONDARY", isSelf: n === 0 })),
  },
});
const plain = (at: string, isReadOnly: boolean): HostReport => ({ at, isReadOnly, group: null });
const said = (...reports: HostReport[]) => memberFindings(reports).map(({ level, found }) => `${level} ${found}`);

describe("the doctor, on the hosts of DATABASE_URL", () => {
  it("says nothing about a single server without a group", () => {
    expect(said(plain("a:3306", false))).toEqual([]);
    expect(said({ at: "a:3306", failure: "ECONNREFUSED" })).toEqual([]);
  });

  it("names the state and the role of each member", () => {
    expect(said(member("a:3306", "PRIMARY"), member("b:3306", "SECONDARY"), member("c:3306", "SECONDARY"))).toEqual([
      "OK a:3306 is ONLINE, the primary, and accepts writes",
      "OK b:3306 is ONLINE, a secondary, and is read-only",
      "OK c:3306 is ONLINE, a secondary, and is read-only",
      "OK 3 members are ONLINE",
    ]);
  });

  it("fails for a member that is down or outside its group, and warns that no other one may fail", () => {
    const two: State[] = ["ONLINE", "ONLINE"];
    expect(
      said(
        member("a:3306", "PRIMARY", two),
        member("b:3306", "SECONDARY", two),
        { at: "c:3306", failure: "ECONNREFUSED" },
        member("d:3306", "SECONDARY", ["ERROR"]),
        member("e:3306", "SECONDARY", ["RECOVERING"]),
      ).slice(2),
    ).toEqual([
      "FAIL c:3306 cannot be used: ECONNREFUSED",
      "FAIL d:3306 is ERROR, and is read-only",
      "WARN e:3306 is RECOVERING, and is read-only",
      "WARN 2 members are ONLINE: if one fails, the group takes no more writes",
    ]);
  });

  it.each<[string, HostReport[], string]>([
    ["nobody accepts writes", [plain("a", true), plain("b", true)], "FAIL no host accepts writes"],
    ["two accept writes", [plain("a", false), plain("b", false)], "FAIL several hosts accept writes"],
    [
      "the group has several primaries",
      [member("a", "PRIMARY", undefined, false)],
      "FAIL the group is in multi-primary mode",
    ],
    [
      "a member is not named",
      [member("a", "PRIMARY"), member("b", "SECONDARY")],
      "WARN DATABASE_URL names 2 of 3 members",
    ],
    [
      "the account may not read the members",
      [{ at: "a", isReadOnly: false, group: { isSinglePrimary: true, members: null } }],
      "WARN the group's members could not be read",
    ],
  ])("says so where %s", (_what, reports, line) => {
    expect(said(...reports)).toContain(line);
  });
});
