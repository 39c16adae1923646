import { describe, expect, it } from "@jest/globals";
import { exceptionsOf, type AccessException, type ReportedAccess } from "./access-exceptions.js";
import type { SecurityMode } from "../security-mode/security-mode.js";

const login = { email: "ann@client.example", isEnrolled: false, contacts: 1 };
const own = { contactEmail: login.email, login };

describe("what a report marks as an exception", () => {
  it.each<[SecurityMode, number | null, ReportedAccess, AccessException[]]>([
    ["MAGIC_LINK_AND_LOGIN", null, own, []],
    ["MAGIC_LINK_AND_LOGIN_2FA", null, own, ["TWO_FACTOR_MISSING"]],
    ["MAGIC_LINK_AND_LOGIN_2FA", null, { ...own, login: { ...login, isEnrolled: true } }, []],
    // Announced for later.
    ["MAGIC_LINK_AND_LOGIN_2FA", 1001, own, []],
    ["MAGIC_LINK_AND_LOGIN_2FA", 1000, own, ["TWO_FACTOR_MISSING"]],
    ["MAGIC_LINK_ONLY", null, own, ["LOGIN_INACTIVE"]],
    ["MAGIC_LINK_AND_LOGIN", null, { contactEmail: "other@client.example", login }, ["OTHER_EMAIL"]],
    ["MAGIC_LINK_AND_LOGIN", null, { contactEmail: null, login }, ["OTHER_EMAIL"]],
    ["MAGIC_LINK_AND_LOGIN", null, { ...own, login: { ...login, contacts: 2 } }, ["SHARED_LOGIN"]],
    ["MAGIC_LINK_AND_LOGIN", null, { contactEmail: undefined, login: { ...login, contacts: 0 } }, ["NO_CONTACT"]],
    ["MAGIC_LINK_AND_LOGIN_2FA", null, { contactEmail: login.email, login: null }, []],
  ])("%s from %s, %j: %j", (mode, enforcedFrom, facts, expected) => {
    expect(exceptionsOf(facts, { mode, enforcedFrom, magicLinkRequiresTwoFactor: false }, 1000)).toEqual(expected);
  });
});
