import { describe, expect, it } from "@jest/globals";
import type { SecurityMode } from "../security-mode/security-mode.js";
import { nextAccountStep, nextLinkStep, nextTeamStep, sessionMeetsPolicy, type Assurance } from "./sign-in-policy.js";

const now = 1_000_000;
const policyOf = (
  mode: SecurityMode,
  more: { enforcedFrom?: number | null; magicLinkRequiresTwoFactor?: boolean } = {},
) => ({
  mode,
  enforcedFrom: null,
  magicLinkRequiresTwoFactor: true,
  ...more,
});
const LOGIN = policyOf("MAGIC_LINK_AND_LOGIN");
const LINKS = policyOf("MAGIC_LINK_ONLY");
const TWO_FA = policyOf("MAGIC_LINK_AND_LOGIN_2FA");
const ANNOUNCED = policyOf("MAGIC_LINK_AND_LOGIN_2FA", { enforcedFrom: now + 1 });
const LENIENT = policyOf("MAGIC_LINK_AND_LOGIN_2FA", { magicLinkRequiresTwoFactor: false });

describe("the table of the three modes", () => {
  it.each([
    ["login", LOGIN, false, "OPEN_SESSION PASSWORD"],
    ["login", LOGIN, true, "PROVE_SECOND_FACTOR"],
    ["links only", LINKS, false, "REFUSE LOGIN_DISABLED"],
    ["links only", LINKS, true, "REFUSE LOGIN_DISABLED"],
    ["2FA", TWO_FA, false, "ENROLL"],
    ["2FA", TWO_FA, true, "PROVE_SECOND_FACTOR"],
    ["2FA, announced", ANNOUNCED, false, "OPEN_SESSION PASSWORD"],
    ["2FA, announced", ANNOUNCED, true, "PROVE_SECOND_FACTOR"],
    ["2FA, links without", LENIENT, false, "ENROLL"],
  ])("a correct password in mode %s, %#: leads where the table says", (_mode, policy, isEnrolled, expected) => {
    const step = nextAccountStep({ policy, now, isEnrolled, isSecondFactorProven: false, isDeviceTrusted: false });
    expect(Object.values(step).join(" ")).toBe(expected);
  });

  it.each([
    ["login", LOGIN, false, false, "OPEN_SESSION"],
    ["login", LOGIN, true, false, "OPEN_SESSION"],
    ["login", LOGIN, true, true, "PROVE_SECOND_FACTOR"],
    ["links only", LINKS, false, false, "OPEN_SESSION"],
    ["links only", LINKS, true, true, "OPEN_SESSION"],
    ["2FA", TWO_FA, false, false, "CREATE_ACCOUNT"],
    ["2FA", TWO_FA, true, false, "SIGN_IN"],
    ["2FA", TWO_FA, true, true, "PROVE_SECOND_FACTOR"],
    ["2FA, announced", ANNOUNCED, false, false, "OPEN_SESSION"],
    ["2FA, links without", LENIENT, false, false, "OPEN_SESSION"],
    ["2FA, links without", LENIENT, true, false, "OPEN_SESSION"],
    ["2FA, links without", LENIENT, true, true, "PROVE_SECOND_FACTOR"],
  ])("a magic link in mode %s, %#: leads where the table says", (_mode, policy, hasAccount, isEnrolled, expected) => {
    expect(nextLinkStep({ policy, now, hasAccount, isEnrolled, isSecondFactorProven: false }).step).toBe(expected);
  });

  it.each([
    ["enrolled, whatever the firm requires", true, false, false, "PROVE_SECOND_FACTOR"],
    ["enrolled, and the firm requires it", true, false, true, "PROVE_SECOND_FACTOR"],
    ["enrolled, with the code", true, true, true, "OPEN_SESSION"],
    ["not enrolled, not required", false, false, false, "OPEN_SESSION"],
    ["not enrolled, required", false, false, true, "ENROLL"],
  ])("a team member %s", (_who, isEnrolled, isSecondFactorProven, isTwoFactorRequired, expected) => {
    const facts = { isEnrolled, isSecondFactorProven, isDeviceTrusted: false, isTwoFactorRequired };
    expect(nextTeamStep(facts).step).toBe(expected);
  });
});

describe("no account-wide session without the code while the account is enrolled or the firm requires it", () => {
  const flags = [true, false];
  const policies = [LOGIN, LINKS, TWO_FA, ANNOUNCED, LENIENT];
  const all = policies.flatMap((policy) =>
    flags.flatMap((isEnrolled) =>
      flags.flatMap((isSecondFactorProven) =>
        flags.map((hasAccount) => ({ policy, now, isEnrolled, isSecondFactorProven, hasAccount })),
      ),
    ),
  );

  it("holds for opening a session", () => {
    for (const facts of all) {
      const step = nextAccountStep({ ...facts, isDeviceTrusted: false });
      if (step.step !== "OPEN_SESSION") continue;
      const isDemanded = facts.isEnrolled || facts.policy === TWO_FA || facts.policy === LENIENT;
      expect(isDemanded && !facts.isSecondFactorProven).toBe(false);
      expect(step.assurance).toBe(facts.isSecondFactorProven ? "TWO_FACTOR" : "PASSWORD");
      expect(facts.policy).not.toBe(LINKS);
    }
  });

  it("holds for a session that is already open when the policy changes", () => {
    const assurances: Assurance[] = ["PASSWORD", "TWO_FACTOR"];
    for (const facts of all)
      for (const assurance of assurances) {
        if (!sessionMeetsPolicy({ ...facts, assurance })) continue;
        const isDemanded = facts.isEnrolled || facts.policy === TWO_FA || facts.policy === LENIENT;
        expect(isDemanded && !facts.isSecondFactorProven).toBe(false);
        expect(facts.policy).not.toBe(LINKS);
      }
  });

  it("a session by link alone ends when the client enrolls, and when the firm starts to require the code", () => {
    const link = { now, assurance: "LINK", isSecondFactorProven: false } as const;
    expect(sessionMeetsPolicy({ ...link, policy: LOGIN, hasAccount: true, isEnrolled: false })).toBe(true);
    expect(sessionMeetsPolicy({ ...link, policy: LOGIN, hasAccount: true, isEnrolled: true })).toBe(false);
    expect(sessionMeetsPolicy({ ...link, policy: TWO_FA, hasAccount: false, isEnrolled: false })).toBe(false);
  });
});
