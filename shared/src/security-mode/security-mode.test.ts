import { describe, expect, it } from "@jest/globals";
import {
  allowsPasswordLogin,
  asksEnrolledForCode,
  loosens,
  requiresTwoFactor,
  securityModeNames,
  securityModes,
  twoFactorDueAt,
  type SecurityMode,
} from "./security-mode.js";

const now = 1_000_000;

describe("the firm's three choices", () => {
  it.each<[SecurityMode, { password: boolean; code: boolean; required: boolean }]>([
    ["MAGIC_LINK_AND_LOGIN", { password: true, code: true, required: false }],
    ["MAGIC_LINK_ONLY", { password: false, code: false, required: false }],
    ["MAGIC_LINK_AND_LOGIN_2FA", { password: true, code: true, required: true }],
  ])("%s: password sign-in, the code asked of enrolled clients, an authenticator required: %j", (mode, expected) =>
    expect({
      password: allowsPasswordLogin({ mode }),
      code: asksEnrolledForCode({ mode }),
      required: requiresTwoFactor({ mode, enforcedFrom: null }, now),
    }).toEqual(expected),
  );

  it("are offered in this order, in these words", () => {
    expect(securityModeNames).toEqual(["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY", "MAGIC_LINK_AND_LOGIN_2FA"]);
    expect(Object.values(securityModes).map(({ title }) => title)).toEqual([
      "Magic link and login",
      "Magic link only",
      "Magic link and login with two-factor authentication",
    ]);
    for (const [mode, promise] of [
      ["MAGIC_LINK_AND_LOGIN", /email and password .* two-factor authentication are asked for their code/],
      [
        "MAGIC_LINK_ONLY",
        /Password sign-in, new accounts and password resets are off; existing accounts stay inactive/,
      ],
      ["MAGIC_LINK_AND_LOGIN_2FA", /Every client signs in with a code .* magic links ask for it too/],
    ] as const)
      expect(securityModes[mode].summary).toMatch(promise);
  });
});

describe("the day from which two-factor authentication is required", () => {
  const mode = "MAGIC_LINK_AND_LOGIN_2FA";
  it.each`
    enforcedFrom | isRequired | dueAt
    ${null}      | ${true}    | ${null}
    ${now - 1}   | ${true}    | ${null}
    ${now}       | ${true}    | ${null}
    ${now + 1}   | ${false}   | ${now + 1}
  `("$enforcedFrom at $now: required $isRequired, announced for $dueAt", ({ enforcedFrom, isRequired, dueAt }) => {
    const policy = { mode, enforcedFrom: enforcedFrom as number | null } as const;
    expect(requiresTwoFactor(policy, now)).toBe(isRequired);
    expect(twoFactorDueAt(policy, now)).toBe(dueAt);
  });

  it.each<SecurityMode>(["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY"])("means nothing in mode %s", (other) => {
    for (const enforcedFrom of [null, now - 1, now, now + 1]) {
      expect(requiresTwoFactor({ mode: other, enforcedFrom }, now)).toBe(false);
      expect(twoFactorDueAt({ mode: other, enforcedFrom }, now)).toBeNull();
    }
  });
});

describe("a change that makes the policy less strict requires a fresh proof of who is at the keyboard", () => {
  const lax = {
    mode: "MAGIC_LINK_AND_LOGIN",
    enforcedFrom: null,
    magicLinkRequiresTwoFactor: false,
    trustedDeviceDays: 7,
    teamRequiresTwoFactor: false,
  } as const;
  const strict = { ...lax, mode: "MAGIC_LINK_AND_LOGIN_2FA" } as const;
  const linksOnly = { ...lax, mode: "MAGIC_LINK_ONLY" } as const;
  type Policy = Parameters<typeof loosens>[0];

  it.each<[string, Policy, Policy]>([
    ["two-factor authentication is no longer required", strict, lax],
    ["nobody is asked for the code any more", lax, linksOnly],
    ["both at once", strict, linksOnly],
    ["the team no longer needs it", { ...lax, teamRequiresTwoFactor: true }, lax],
    ["links open without the code", { ...lax, magicLinkRequiresTwoFactor: true }, lax],
    ["a device is trusted for longer", lax, { ...lax, trustedDeviceDays: 8 }],
    ["an existing requirement is postponed to a later day", strict, { ...strict, enforcedFrom: now }],
    ["the day is postponed", { ...strict, enforcedFrom: now }, { ...strict, enforcedFrom: now + 1 }],
    [
      "one thing is given up for another",
      { ...lax, teamRequiresTwoFactor: true },
      { ...strict, teamRequiresTwoFactor: false },
    ],
  ])("%s", (_what, before, after) => expect(loosens(before, after)).toBe(true));

  it.each<[string, Policy, Policy]>([
    ["nothing changes", lax, lax],
    ["nothing changes where it is required", { ...strict, enforcedFrom: now }, { ...strict, enforcedFrom: now }],
    ["two-factor authentication is required", lax, strict],
    ["passwords return besides the links", linksOnly, lax],
    ["it is required from a day on", lax, { ...strict, enforcedFrom: now }],
    ["the team must have it", lax, { ...lax, teamRequiresTwoFactor: true }],
    ["links ask for the code", lax, { ...lax, magicLinkRequiresTwoFactor: true }],
    ["a device is trusted for less time", lax, { ...lax, trustedDeviceDays: 6 }],
    ["the day is earlier", { ...strict, enforcedFrom: now + 1 }, { ...strict, enforcedFrom: now }],
    ["the day is removed, so that it is required at once", { ...strict, enforcedFrom: now }, strict],
  ])("but not where %s", (_what, before, after) => expect(loosens(before, after)).toBe(false));
});
