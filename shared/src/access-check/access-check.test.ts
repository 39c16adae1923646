import { describe, expect, it } from "@jest/globals";
import { accessFindingCodes, accessFindings } from "./access-check.js";
import type { AccessFacts } from "./access-facts.js";

const minute = 60_000;
const now = 1_000 * 24 * 3_600_000;
const login = { mode: "MAGIC_LINK_AND_LOGIN", enforcedFrom: null, magicLinkRequiresTwoFactor: true } as const;
const withTwoFactor = { ...login, mode: "MAGIC_LINK_AND_LOGIN_2FA" } as const;
const account = {
  email: "maya@client.example",
  isEnrolled: false,
  recoveryCodesRemaining: 0,
  secondFactorLockedUntil: null,
  passwordWaitUntil: null,
};
const enrolled = { ...account, isEnrolled: true, recoveryCodesRemaining: 9 };
const nothing: AccessFacts = {
  now,
  policy: login,
  email: "maya@client.example",
  invitation: null,
  account,
  failures: [],
  request: null,
  mail: null,
};
const request = { id: "req_1", title: "Tax return", link: "UNCLAIMED", declinedAt: null } as const;
const bounced = {
  recipient: "maya@client.example",
  at: now,
  sentAt: null,
  failure: "550 no such user",
  isGivenUp: true,
} as const;

describe("why can't this client get in?", () => {
  it("returns nothing if nothing is in the way", () => {
    expect(accessFindings(nothing)).toEqual([]);
    expect(accessFindings({ ...nothing, policy: withTwoFactor, account: enrolled })).toEqual([]);
  });

  const cases: [string, Partial<AccessFacts>, string[]][] = [
    ["no address", { email: null, account: null }, ["NO_EMAIL"]],
    ["never invited", { account: null }, ["NOT_INVITED"]],
    ["invited", { account: null, invitation: { sentAt: now - minute, isUsable: true } }, ["INVITATION_OPEN"]],
    ["invited too long ago", { account: null, invitation: { sentAt: 0, isUsable: false } }, ["INVITATION_EXPIRED"]],
    ["links only", { policy: { ...login, mode: "MAGIC_LINK_ONLY" } }, ["LOGIN_IS_OFF"]],
    [
      "links only, with a wrong password from before",
      {
        policy: { ...login, mode: "MAGIC_LINK_ONLY" },
        failures: [{ what: "password", count: 3, lastAt: now - minute }],
      },
      ["LOGIN_IS_OFF"],
    ],
    ["locked", { account: { ...enrolled, secondFactorLockedUntil: now + minute } }, ["SECOND_FACTOR_LOCKED"]],
    ["locked until this moment", { account: { ...enrolled, secondFactorLockedUntil: now } }, []],
    ["a password wait", { account: { ...account, passwordWaitUntil: now + minute } }, ["PASSWORD_WAIT"]],
    ["wrong passwords", { failures: [{ what: "password", count: 2, lastAt: now - minute }] }, ["WRONG_PASSWORDS"]],
    [
      "wrong codes and no recovery code left",
      {
        account: { ...enrolled, recoveryCodesRemaining: 0 },
        failures: [{ what: "second factor", count: 1, lastAt: now - minute }],
      },
      ["WRONG_CODES", "NO_RECOVERY_CODES"],
    ],
    ["2FA required, not enrolled", { policy: withTwoFactor }, ["MUST_ENROLL"]],
    ["2FA announced", { policy: { ...withTwoFactor, enforcedFrom: now + minute } }, ["ENROLLMENT_ANNOUNCED"]],
    [
      "a link, 2FA, no account",
      { policy: withTwoFactor, account: null, request },
      ["LINK_NEEDS_ACCOUNT", "NOT_INVITED"],
    ],
    ["a link, 2FA, not enrolled", { policy: withTwoFactor, request }, ["LINK_NEEDS_ACCOUNT", "MUST_ENROLL"]],
    ["a dead link", { request: { ...request, link: "EXPIRED" } }, ["LINK_DEAD"]],
    ["another device", { request: { ...request, link: "CLAIMED", declinedAt: now - minute } }, ["LINK_DECLINED"]],
    ["two addresses", { email: "office@client.example" }, ["OTHER_LOGIN_EMAIL"]],
    ["mail bounced, most serious first", { account: null, mail: bounced }, ["MAIL_REFUSED", "NOT_INVITED"]],
    ["mail accepted later", { mail: { ...bounced, sentAt: now } }, []],
  ];
  it.each(cases)("%s", (_name, facts, codes) => {
    expect(accessFindings({ ...nothing, ...facts }).map(({ code }) => code)).toEqual(codes);
  });

  it("every reason has its case", () => {
    expect(new Set(cases.flatMap(([, , codes]) => codes))).toEqual(new Set(accessFindingCodes));
  });

  it("states times in everyday words", () => {
    const [found] = accessFindings({
      ...nothing,
      failures: [{ what: "password", count: 2, lastAt: now - 5 * minute }],
    });
    expect(found?.message).toBe("A wrong password was entered twice, most recently 5 minutes ago.");
  });
});
