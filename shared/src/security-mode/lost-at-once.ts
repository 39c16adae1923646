import { allowsPasswordLogin, requiresTwoFactor, twoFactorDueAt, type ModePolicy } from "./security-mode.js";

/** What saving a policy would do to a firm's clients, as the server counts it (`securityModeImpact`). */
export interface PolicyImpact {
  /** The firm's portal accounts. */
  accounts: number;
  /** Accounts that would have to set up 2FA. */
  accountsToEnroll: number;
  /** Open sessions that would end. */
  sessionsToEnd: number;
}

/** What clients lose in the moment that a policy is saved. Null: nothing, or not yet. */
export interface LostAtOnce {
  /** PASSWORDS: accounts become inactive. TWO_FACTOR: nobody gets in without a second factor any more. SESSIONS: some only have to sign in again. */
  what: "PASSWORDS" | "TWO_FACTOR" | "SESSIONS";
  /** Whom it concerns: accounts, or sessions where only sessions end. */
  count: number;
  sessions: number;
}

/**
 * Whether a change of the policy takes something from clients the moment it is saved, so that a person has to confirm it. A requirement that
 * starts on a later day takes nothing yet; a setting that stays as it is takes nothing either.
 */
export function lostAtOnce(
  before: ModePolicy,
  after: ModePolicy,
  impact: PolicyImpact,
  now: number,
): LostAtOnce | null {
  const { accounts, accountsToEnroll, sessionsToEnd: sessions } = impact;
  if (!allowsPasswordLogin(after))
    return allowsPasswordLogin(before) && accounts + sessions > 0
      ? { what: "PASSWORDS", count: accounts, sessions }
      : null;
  if (twoFactorDueAt(after, now) !== null) return null;
  const startsNow = requiresTwoFactor(after, now) && !requiresTwoFactor(before, now);
  if (startsNow && accountsToEnroll > 0) return { what: "TWO_FACTOR", count: accountsToEnroll, sessions };
  return sessions > 0 ? { what: "SESSIONS", count: sessions, sessions } : null;
}
