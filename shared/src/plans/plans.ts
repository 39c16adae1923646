import type { SecurityMode } from "../security-mode/security-mode.js";

export type Plan = "TEAM" | "BUSINESS" | "ENTERPRISE";

/** What each plan offers. */
export const plans = {
  TEAM: { name: "Team", modes: ["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY"], twoFactor: false },
  BUSINESS: {
    name: "Business",
    modes: ["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY", "MAGIC_LINK_AND_LOGIN_2FA"],
    twoFactor: true,
  },
  ENTERPRISE: {
    name: "Enterprise",
    modes: ["MAGIC_LINK_AND_LOGIN", "MAGIC_LINK_ONLY", "MAGIC_LINK_AND_LOGIN_2FA"],
    twoFactor: true,
  },
} as const satisfies Record<Plan, { name: string; modes: readonly SecurityMode[]; twoFactor: boolean }>;

export const availableModes = (plan: Plan): readonly SecurityMode[] => plans[plan].modes;
export const planOffersMode = (plan: Plan, mode: SecurityMode): boolean => availableModes(plan).includes(mode);
/** Whether clients of a firm on this plan may set up 2FA voluntarily. */
export const planOffersTwoFactor = (plan: Plan): boolean => plans[plan].twoFactor;
