import { describe, expect, it } from "@jest/globals";
import {
  apiScopes,
  mayManage,
  roleMay,
  roleTitles,
  teamRoleNeedsTwoFactor,
  type TeamRight,
  type TeamRole,
} from "./roles.js";

const roles: TeamRole[] = ["OWNER", "ADMIN", "STAFF"];

describe("a team member's role", () => {
  it.each<[TeamRole, TeamRight[]]>([
    ["OWNER", ["read", "write", "export"]],
    ["ADMIN", ["read", "write", "export"]],
    ["STAFF", ["read"]],
  ])("%s may %j and nothing else", (role, mayDo) =>
    expect((["read", "write", "export"] as const).filter((right) => roleMay(role, right))).toEqual(mayDo),
  );

  it.each<[TeamRole, TeamRole[]]>([
    ["OWNER", ["OWNER", "ADMIN", "STAFF"]],
    ["ADMIN", ["ADMIN", "STAFF"]],
    ["STAFF", []],
  ])("%s may invite, change and remove %j and nobody else", (role, others) =>
    expect(roles.filter((other) => mayManage(role, other))).toEqual(others),
  );

  it("needs an authenticator if the firm requires it and the role may change something", () => {
    const needing = (teamRequiresTwoFactor: boolean) =>
      roles.filter((role) => teamRoleNeedsTwoFactor({ teamRequiresTwoFactor }, role));
    expect(needing(true)).toEqual(["OWNER", "ADMIN"]);
    expect(needing(false)).toEqual([]);
  });

  it("has a name that people use", () =>
    expect(roles.map((role) => roleTitles[role])).toEqual(["Owner", "Administrator", "Staff"]));
});

it("an API key can be given these rights, each separately", () =>
  expect([...apiScopes].toSorted()).toEqual([
    "ACCESS_RESET",
    "ACCESS_WRITE",
    "AUDIT_READ",
    "CONTACTS_READ",
    "CONTACTS_WRITE",
    "POLICY_WRITE",
    "WEBHOOKS_WRITE",
  ]));
