import { describe, expect, it } from "@jest/globals";
import type { ModePolicy } from "../security-mode/security-mode.js";
import {
  mayDisableTwoFactor,
  mayEnroll,
  nextAccountStep,
  nextLinkStep,
  nextTeamStep,
  sessionMeetsPolicy,
  type Assurance,
} from "./sign-in-policy.js";

const now = 1_000_000;
const LOGIN: ModePolicy = { mode: "MAGIC_LINK_AND_LOGIN", enforcedFrom: null, magicLinkRequiresTwoFactor: true };
const LINKS: ModePolicy = { ...LOGIN, mode: "MAGIC_LINK_ONLY" };
const TWO_FA: ModePolicy = { ...LOGIN, mode: "MAGIC_LINK_AND_LOGIN_2FA" };
const ANNOUNCED: ModePolicy = { ...TWO_FA, enforcedFrom: now + 1 };
const DUE_NOW: ModePolicy = { ...TWO_FA, enforcedFrom: now };
const policies = { LOGIN, LINKS, TWO_FA, ANNOUNCED, DUE_NOW };
type Mode = keyof typeof policies;

const enrolled = { isEnrolled: true, isSecondFactorProven: false, isDeviceTrusted: false };
const proven = { ...enrolled, isSecondFactorProven: true };
const trusted = { ...enrolled, isDeviceTrusted: true };
const stranger = { isEnrolled: false, isSecondFactorProven: false, isDeviceTrusted: false };

describe("a device that the client trusted", () => {
  it.each<[Mode, object]>([
    ["LOGIN", { step: "OPEN_SESSION", assurance: "TWO_FACTOR" }],
    ["TWO_FA", { step: "OPEN_SESSION", assurance: "TWO_FACTOR" }],
    ["LINKS", { step: "REFUSE", code: "LOGIN_DISABLED" }],
  ])("replaces the code of an enrolled client, but never where passwords are off: %s", (mode, step) =>
    expect(nextAccountStep({ ...trusted, policy: policies[mode], now })).toEqual(step),
  );

  it("means nothing without an authenticator", () => {
    const facts = { ...trusted, isEnrolled: false, now };
    expect(nextAccountStep({ ...facts, policy: LOGIN })).toEqual({ step: "OPEN_SESSION", assurance: "PASSWORD" });
    expect(nextAccountStep({ ...facts, policy: TWO_FA })).toEqual({ step: "ENROLL" });
  });

  it("does not open a link, which asks an enrolled client for the code on every device", () =>
    expect(nextLinkStep({ ...trusted, policy: LOGIN, now, hasAccount: true })).toEqual({
      step: "PROVE_SECOND_FACTOR",
    }));
});

describe("a session's assurance says how it was proven", () => {
  it("a client's: by the code, by the password alone, by a link even after its code", () => {
    expect(nextAccountStep({ ...proven, policy: TWO_FA, now })).toEqual({
      step: "OPEN_SESSION",
      assurance: "TWO_FACTOR",
    });
    expect(nextAccountStep({ ...stranger, policy: LOGIN, now })).toEqual({
      step: "OPEN_SESSION",
      assurance: "PASSWORD",
    });
    for (const facts of [proven, stranger])
      expect(nextLinkStep({ ...facts, policy: LOGIN, now, hasAccount: true })).toEqual({
        step: "OPEN_SESSION",
        assurance: "LINK",
      });
  });

  it.each`
    who                                            | facts       | isTwoFactorRequired | step
    ${"with the code"}                             | ${proven}   | ${false}            | ${{ step: "OPEN_SESSION", assurance: "TWO_FACTOR" }}
    ${"on a trusted device"}                       | ${trusted}  | ${true}             | ${{ step: "OPEN_SESSION", assurance: "TWO_FACTOR" }}
    ${"who never set it up, and need not"}         | ${stranger} | ${false}            | ${{ step: "OPEN_SESSION", assurance: "PASSWORD" }}
    ${"who never set it up, and has to"}           | ${stranger} | ${true}             | ${{ step: "ENROLL" }}
    ${"enrolled, on a device that nobody trusted"} | ${enrolled} | ${false}            | ${{ step: "PROVE_SECOND_FACTOR" }}
  `("a team member's, $who", ({ facts, isTwoFactorRequired, step }) =>
    expect(nextTeamStep({ ...(facts as typeof proven), isTwoFactorRequired: isTwoFactorRequired as boolean })).toEqual(
      step,
    ),
  );
});

describe("X27 an open session is checked at every use, against the policy of that moment", () => {
  const accounts = {
    "never enrolled": { isEnrolled: false, isSecondFactorProven: false },
    "enrolled, without the code": { isEnrolled: true, isSecondFactorProven: false },
    "enrolled, with the code": { isEnrolled: true, isSecondFactorProven: true },
    // The firm removed the authenticator with which this session was proven.
    "proven, no longer enrolled": { isEnrolled: false, isSecondFactorProven: true },
  };
  type Account = keyof typeof accounts;
  const none: Mode[] = [];
  const all: Mode[] = ["LOGIN", "TWO_FA", "ANNOUNCED", "DUE_NOW"];
  it.each<[Assurance, Account, Mode[]]>([
    ["PASSWORD", "never enrolled", ["LOGIN", "ANNOUNCED"]],
    ["PASSWORD", "enrolled, without the code", none],
    ["PASSWORD", "enrolled, with the code", none],
    ["TWO_FACTOR", "never enrolled", none],
    ["TWO_FACTOR", "enrolled, without the code", none],
    ["TWO_FACTOR", "enrolled, with the code", all],
    ["TWO_FACTOR", "proven, no longer enrolled", all],
    ["LINK", "never enrolled", ["LOGIN", "LINKS", "ANNOUNCED"]],
    ["LINK", "enrolled, without the code", ["LINKS"]],
    ["LINK", "enrolled, with the code", ["LOGIN", "LINKS", "TWO_FA", "ANNOUNCED", "DUE_NOW"]],
  ])("one of %s, %s: continues in %j and ends in every other mode", (assurance, account, modes) => {
    const facts = { ...accounts[account], assurance, now, hasAccount: true };
    const alive = (Object.keys(policies) as Mode[]).filter((mode) =>
      sessionMeetsPolicy({ ...facts, policy: policies[mode] }),
    );
    expect(alive).toEqual(modes);
  });

  it("a password alone is not enough for a session that claims to have had the code", () => {
    // Each half of the rule alone: a step that opens with another assurance, and one with the same assurance that does not open.
    const facts = { now, hasAccount: true, policy: LOGIN };
    expect(sessionMeetsPolicy({ ...facts, assurance: "TWO_FACTOR", ...stranger })).toBe(false);
    expect(sessionMeetsPolicy({ ...facts, assurance: "PASSWORD", ...proven })).toBe(false);
    expect(sessionMeetsPolicy({ ...facts, assurance: "PASSWORD", ...enrolled })).toBe(false);
  });
});

describe("two-factor authentication", () => {
  it.each<[Mode, boolean, boolean]>([
    ["LOGIN", true, true],
    ["LOGIN", false, false],
    ["TWO_FA", true, true],
    // A downgraded plan leaves the mode in effect, and clients who are required to enroll must be able to.
    ["TWO_FA", false, true],
    ["ANNOUNCED", false, true],
    ["LINKS", true, false],
    ["LINKS", false, false],
  ])("in mode %s, on a plan that offers it: %s, may be set up: %s", (mode, planOffersTwoFactor, may) =>
    expect(mayEnroll({ policy: policies[mode], planOffersTwoFactor })).toBe(may),
  );

  it.each<[Mode, boolean]>([
    ["LOGIN", true],
    ["LINKS", true],
    ["ANNOUNCED", true],
    ["DUE_NOW", false],
    ["TWO_FA", false],
  ])("X27 in mode %s may be turned off: %s", (mode, may) =>
    expect(mayDisableTwoFactor({ policy: policies[mode], now })).toBe(may),
  );
});
