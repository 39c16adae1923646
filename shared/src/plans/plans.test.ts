import { describe, expect, it } from "@jest/globals";
import { securityModeNames, type SecurityMode } from "../security-mode/security-mode.js";
import { availableModes, planOffersMode, planOffersTwoFactor, plans, type Plan } from "./plans.js";

describe("a plan", () => {
  const both: SecurityMode[] = ["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY"];
  it.each<[Plan, string, SecurityMode[], boolean]>([
    ["TEAM", "Team", both, false],
    ["BUSINESS", "Business", [...both, "MAGIC_LINK_AND_LOGIN_2FA"], true],
    ["ENTERPRISE", "Enterprise", [...both, "MAGIC_LINK_AND_LOGIN_2FA"], true],
  ])(
    "%s, called %s, offers the modes %j, and voluntary two-factor authentication: %s",
    (plan, name, modes, hasTwoFactor) => {
      expect(plans[plan].name).toBe(name);
      expect(availableModes(plan)).toEqual(modes);
      expect(securityModeNames.filter((mode) => planOffersMode(plan, mode))).toEqual(modes);
      expect(planOffersTwoFactor(plan)).toBe(hasTwoFactor);
    },
  );
});
