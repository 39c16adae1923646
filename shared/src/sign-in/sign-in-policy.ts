import {
  allowsPasswordLogin,
  asksEnrolledForCode,
  requiresTwoFactor,
  securityModes,
  type ModePolicy,
} from "../security-mode/security-mode.js";

/** Who signs in: a member of the firm's team, or a client in the portal. */
export type Audience = "TEAM" | "PORTAL";
export type Assurance = "LINK" | "PASSWORD" | "TWO_FACTOR";
export type SessionTransport = "COOKIE" | "TOKEN";
/** The ways that lead to a session. */
export type SignInDoor =
  | "PASSWORD"
  | "ACCOUNT_CREATION"
  /** An account made on a device that claimed a magic link some time ago: it holds the link, and nobody looked at the mailbox now. */
  | "ACCOUNT_BY_DEVICE"
  | "PASSWORD_RESET"
  | "MAGIC_LINK"
  | "TEAM_INVITATION";

export interface SignInFacts {
  policy: ModePolicy;
  now: number;
  /** Has an authenticator in force. */
  isEnrolled: boolean;
  /** Proved it within this very sign-in (a code, a recovery code, or the enrolment itself). */
  isSecondFactorProven: boolean;
  /** Signs in from a device that the client trusted and that the policy still lets skip the code. */
  isDeviceTrusted: boolean;
}

export type SignInStep =
  | { step: "REFUSE"; code: "LOGIN_DISABLED" }
  | { step: "PROVE_SECOND_FACTOR" }
  | { step: "ENROLL" }
  | { step: "OPEN_SESSION"; assurance: Assurance };

/**
 * What a client must do next on the way to an account-wide session, once the password is right, the account was created or the
 * password was reset. The first line that applies wins. Every such door asks here: no path leads around it.
 */
export function nextAccountStep(facts: SignInFacts): SignInStep {
  if (!allowsPasswordLogin(facts.policy)) return { step: "REFUSE", code: "LOGIN_DISABLED" };
  if (facts.isSecondFactorProven) return { step: "OPEN_SESSION", assurance: "TWO_FACTOR" };
  if (facts.isEnrolled && facts.isDeviceTrusted) return { step: "OPEN_SESSION", assurance: "TWO_FACTOR" };
  if (facts.isEnrolled) return { step: "PROVE_SECOND_FACTOR" };
  if (requiresTwoFactor(facts.policy, facts.now)) return { step: "ENROLL" };
  return { step: "OPEN_SESSION", assurance: "PASSWORD" };
}

/**
 * The same for a team member: the firm's mode is about its clients; who enrolled is always asked. `isTwoFactorDemanded`: by the
 * firm, of the member's role.
 */
export function nextTeamStep(
  facts: Pick<SignInFacts, "isEnrolled" | "isSecondFactorProven" | "isDeviceTrusted"> & {
    isTwoFactorDemanded: boolean;
  },
): SignInStep {
  if (facts.isSecondFactorProven) return { step: "OPEN_SESSION", assurance: "TWO_FACTOR" };
  if (facts.isEnrolled && !facts.isDeviceTrusted) return { step: "PROVE_SECOND_FACTOR" };
  if (!facts.isEnrolled && facts.isTwoFactorDemanded) return { step: "ENROLL" };
  return { step: "OPEN_SESSION", assurance: facts.isEnrolled ? "TWO_FACTOR" : "PASSWORD" };
}

export interface LinkFacts {
  policy: ModePolicy;
  now: number;
  /** An account exists for the address that the request was sent to. */
  hasAccount: boolean;
  isEnrolled: boolean;
  isSecondFactorProven: boolean;
}

export type LinkStep =
  | { step: "PROVE_SECOND_FACTOR" }
  /** Create the account and enrol first. */
  | { step: "CREATE_ACCOUNT" }
  /** Sign in with the password first, which leads to enrolling: the mailbox alone must not enrol a phone. */
  | { step: "SIGN_IN" }
  | { step: "OPEN_SESSION"; assurance: "LINK" };

/** What a claimed magic link leads to. It never opens more than its one request. */
export function nextLinkStep(facts: LinkFacts): LinkStep {
  const open: LinkStep = { step: "OPEN_SESSION", assurance: "LINK" };
  if (!asksEnrolledForCode(facts.policy) || facts.isSecondFactorProven) return open;
  if (facts.isEnrolled) return { step: "PROVE_SECOND_FACTOR" };
  if (!requiresTwoFactor(facts.policy, facts.now) || !facts.policy.magicLinkRequiresTwoFactor) return open;
  return facts.hasAccount ? { step: "SIGN_IN" } : { step: "CREATE_ACCOUNT" };
}

export interface SessionFacts {
  assurance: Assurance;
  policy: ModePolicy;
  now: number;
  hasAccount: boolean;
  isEnrolled: boolean;
  isSecondFactorProven: boolean;
}

/**
 * Whether a client's open session still meets the policy. Asked at every use, over HTTP and on open sockets, so that a change
 * is in force from its commit. A session that no longer does is treated as ended.
 */
export function sessionMeetsPolicy(facts: SessionFacts): boolean {
  if (facts.assurance === "LINK") return nextLinkStep(facts).step === "OPEN_SESSION";
  const step = nextAccountStep({ ...facts, isDeviceTrusted: false });
  return step.step === "OPEN_SESSION" && step.assurance === facts.assurance;
}

/** Whether a client may set up 2FA, and whether one may switch it off again. */
export const mayEnroll = ({
  policy,
  planOffersTwoFactor,
}: {
  policy: ModePolicy;
  planOffersTwoFactor: boolean;
}): boolean =>
  asksEnrolledForCode(policy) && (planOffersTwoFactor || securityModes[policy.mode].secondFactor === "required");
export const mayDisableTwoFactor = ({ policy, now }: { policy: ModePolicy; now: number }): boolean =>
  !requiresTwoFactor(policy, now);
