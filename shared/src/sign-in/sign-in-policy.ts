import {
  allowsPasswordLogin,
  asksEnrolledForCode,
  requiresTwoFactor,
  securityModes,
  type ModePolicy,
} from "../security-mode/security-mode.js";

/** The kind of person who signs in: a member of the firm's team, or a client in the portal. */
export type Audience = "TEAM" | "PORTAL";
export type Assurance = "LINK" | "PASSWORD" | "TWO_FACTOR";
export type SessionTransport = "COOKIE" | "TOKEN";
/** The ways that lead to a session. */
export type SignInDoor =
  | "PASSWORD"
  /** An account created by an invitation, or by the mail that confirmed the address. */
  | "ACCOUNT_CREATION"
  /** An account created by a magic link that was claimed just now. */
  | "ACCOUNT_BY_LINK"
  /** An account created on a device that claimed a magic link some time ago: it has the link, but nobody has just read the mailbox. */
  | "ACCOUNT_BY_DEVICE"
  | "PASSWORD_RESET"
  | "MAGIC_LINK"
  /** An invitation to a team, by which its first password was chosen. */
  | "TEAM_INVITATION"
  /** An invitation to a further team, with the password that the person has. */
  | "TEAM_BY_PASSWORD";

export interface SignInFacts {
  policy: ModePolicy;
  now: number;
  /** Has an active authenticator. */
  isEnrolled: boolean;
  /** Proved it during this sign-in (with a code, a recovery code, or the enrollment itself). */
  isSecondFactorProven: boolean;
  /** Signs in from a device that the client trusted and that the policy still allows to skip the code. */
  isDeviceTrusted: boolean;
}

export type SignInStep =
  | { step: "REFUSE"; code: "LOGIN_DISABLED" }
  | { step: "PROVE_SECOND_FACTOR" }
  | { step: "ENROLL" }
  | { step: "OPEN_SESSION"; assurance: Assurance };

/**
 * What a client must do next on the way to an account-wide session, once the password was correct, the account was created or the
 * password was reset. The first line that applies wins. Every door asks this function; there is no way around it.
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
 * The same for a team member. The firm's mode concerns only its clients; a member who enrolled is always asked. `isTwoFactorRequired`: the
 * firm requires it for the member's role.
 */
export function nextTeamStep(
  facts: Pick<SignInFacts, "isEnrolled" | "isSecondFactorProven" | "isDeviceTrusted"> & {
    isTwoFactorRequired: boolean;
  },
): SignInStep {
  if (facts.isSecondFactorProven) return { step: "OPEN_SESSION", assurance: "TWO_FACTOR" };
  if (facts.isEnrolled && !facts.isDeviceTrusted) return { step: "PROVE_SECOND_FACTOR" };
  if (!facts.isEnrolled && facts.isTwoFactorRequired) return { step: "ENROLL" };
  return { step: "OPEN_SESSION", assurance: facts.isEnrolled ? "TWO_FACTOR" : "PASSWORD" };
}

export interface LinkFacts {
  policy: ModePolicy;
  now: number;
  /** There is an account for the address that the request was sent to. */
  hasAccount: boolean;
  isEnrolled: boolean;
  isSecondFactorProven: boolean;
}

export type LinkStep =
  | { step: "PROVE_SECOND_FACTOR" }
  /** Create the account and enroll first. */
  | { step: "CREATE_ACCOUNT" }
  /** Sign in with the password first, which leads to enrollment: the mailbox alone must not be enough to enroll a phone. */
  | { step: "SIGN_IN" }
  | { step: "OPEN_SESSION"; assurance: "LINK" };

/** What a claimed magic link leads to. It never opens anything but its own request. */
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
 * Whether a client's open session still meets the policy. Checked at every use, over HTTP and on open sockets, so that a change takes
 * effect with its commit. A session that no longer meets it is treated as ended.
 */
export function sessionMeetsPolicy(facts: SessionFacts): boolean {
  if (facts.assurance === "LINK") return nextLinkStep(facts).step === "OPEN_SESSION";
  const step = nextAccountStep({ ...facts, isDeviceTrusted: false });
  return step.step === "OPEN_SESSION" && step.assurance === facts.assurance;
}

/** Whether a client may set up 2FA. */
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
