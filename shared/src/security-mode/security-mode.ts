export type SecurityMode = "MAGIC_LINK_AND_LOGIN" | "MAGIC_LINK_ONLY" | "MAGIC_LINK_AND_LOGIN_2FA";

export interface ModeRules {
  /** Password sign-in, creating an account, resetting a password. */
  passwordLogin: boolean;
  /** Whether a client needs an authenticator: "required" for every login, "optional" only for clients who set one up, "none" never. */
  secondFactor: "none" | "optional" | "required";
  title: string;
  summary: string;
}

/** The firm's three choices. Server and dashboard both read this table; nothing else compares a mode. */
export const securityModes = {
  MAGIC_LINK_AND_LOGIN: {
    passwordLogin: true,
    secondFactor: "optional",
    title: "Magic link and login",
    summary:
      "Clients open a request with the emailed link, or sign in with email and password to see everything. Clients who set up two-factor authentication are asked for their code.",
  },
  MAGIC_LINK_ONLY: {
    passwordLogin: false,
    secondFactor: "none",
    title: "Magic link only",
    summary:
      "Clients open each request with the emailed link. Password sign-in, new accounts and password resets are off; existing accounts stay inactive until you switch back.",
  },
  MAGIC_LINK_AND_LOGIN_2FA: {
    passwordLogin: true,
    secondFactor: "required",
    title: "Magic link and login with two-factor authentication",
    summary:
      "Every client signs in with a code from an authenticator app, and magic links ask for it too. Clients without the app are guided through setting it up.",
  },
} as const satisfies Record<SecurityMode, ModeRules>;

export const securityModeNames = Object.keys(securityModes) as SecurityMode[];

/** The part of a firm's policy that decides how its clients sign in. Times are epoch milliseconds. */
export interface ModePolicy {
  mode: SecurityMode;
  /** When 2FA starts to be required; null: as soon as the mode was set. */
  enforcedFrom: number | null;
  magicLinkRequiresTwoFactor: boolean;
}

export const allowsPasswordLogin = ({ mode }: Pick<ModePolicy, "mode">): boolean => securityModes[mode].passwordLogin;
/** Whether the firm requires an authenticator now. */
export const requiresTwoFactor = (policy: Pick<ModePolicy, "mode" | "enforcedFrom">, now: number): boolean =>
  securityModes[policy.mode].secondFactor === "required" &&
  (policy.enforcedFrom === null || policy.enforcedFrom <= now);
/** When an announced requirement takes effect; null if there is none, or it is already in effect. */
export const twoFactorDueAt = (policy: Pick<ModePolicy, "mode" | "enforcedFrom">, now: number): number | null =>
  securityModes[policy.mode].secondFactor === "required" && policy.enforcedFrom !== null && policy.enforcedFrom > now
    ? policy.enforcedFrom
    : null;
/** Whether a client with an authenticator is asked for the code: always, except where passwords are off altogether. */
export const asksEnrolledForCode = ({ mode }: Pick<ModePolicy, "mode">): boolean =>
  securityModes[mode].secondFactor !== "none";

/** How strict the policy is, aspect by aspect. */
type WholePolicy = ModePolicy & { trustedDeviceDays: number; teamRequiresTwoFactor: boolean };
const strictness = (policy: WholePolicy): number[] => [
  { none: 0, optional: 1, required: 2 }[securityModes[policy.mode].secondFactor],
  policy.teamRequiresTwoFactor ? 1 : 0,
  policy.magicLinkRequiresTwoFactor ? 1 : 0,
  -policy.trustedDeviceDays,
  -(policy.enforcedFrom ?? 0),
];
/** Whether any part of the policy becomes less strict, which requires a fresh proof of who is at the keyboard. */
export const loosens = (before: WholePolicy, after: WholePolicy): boolean => {
  const was = strictness(before);
  const isNow = strictness(after);
  // A start date matters only where 2FA is required.
  const compared = securityModes[before.mode].secondFactor === "required" ? was.length : was.length - 1;
  return was.slice(0, compared).some((value, index) => (isNow[index] ?? 0) < value);
};
