import { secondFactorKinds, type FactorProof } from "./second-factor-kinds.js";
import type { SignInDoor } from "./sign-in-policy.js";

/** What a signed-in person can do with their own credentials; the session continues under a new id. */
export type CredentialAct = "STEP_UP" | "ENROLLMENT" | "PASSWORD_CHANGE" | "TWO_FACTOR_REMOVAL" | "SIGN_OUT_ELSEWHERE";
/** Everything that opens or continues a session. */
export type ProvingAct = SignInDoor | CredentialAct;

/** Whether the act itself proves the first factor: the password, or the mailbox from which one was just chosen. */
const provesFirstFactor = {
  PASSWORD: true,
  ACCOUNT_CREATION: true,
  ACCOUNT_BY_LINK: true,
  ACCOUNT_BY_DEVICE: true,
  PASSWORD_RESET: true,
  TEAM_INVITATION: true,
  TEAM_BY_PASSWORD: true,
  /** It opens only one request, without a password. */
  MAGIC_LINK: false,
  STEP_UP: true,
  /** In a session: a code from the new authenticator proves nothing about the person who sets it up. */
  ENROLLMENT: false,
  /** The old password is required so that nobody else changes it; it allows the change and nothing more. */
  PASSWORD_CHANGE: false,
  TWO_FACTOR_REMOVAL: false,
  /** Asks for nothing. */
  SIGN_OUT_ELSEWHERE: false,
} as const satisfies Record<ProvingAct, boolean>;
export const provingActs = Object.keys(provesFirstFactor) as ProvingAct[];

const givenByFactor = Object.fromEntries(Object.values(secondFactorKinds).map(({ proof }) => [proof, true])) as Record<
  FactorProof,
  true
>;

/** What served as the second factor, and whether it was given in the act itself. */
const isGivenNow = {
  NONE: false,
  /** The code was given on an earlier day. */
  TRUSTED_DEVICE: false,
  ...givenByFactor,
  /** Set up during the sign-in, after the password and the mailbox. */
  NEW_AUTHENTICATOR: true,
} as const satisfies Record<string, boolean>;
export type SecondProof = keyof typeof isGivenNow;
export const secondProofs = Object.keys(isGivenNow) as SecondProof[];

export interface Proof {
  act: ProvingAct;
  second: SecondProof;
  /** Has an active authenticator once the act is done. */
  isEnrolled: boolean;
}

/**
 * Whether an act fully proves who is at the keyboard, which allows dangerous acts for ten minutes (`lifetimes.stepUp`). The rule is the
 * same for the team and for clients: the first factor, and the second one if the person has one, both given now (OWASP ASVS 7.5.1, 7.5.3).
 */
export const isFullProof = ({ act, second, isEnrolled }: Proof): boolean =>
  provesFirstFactor[act] && (!isEnrolled || isGivenNow[second]);

/** `authenticatedAt` of a session that was never fully proven: stale from the start. */
export const neverProven = 0;

/** When a session was last fully proven, once the act is done: an act that proves less leaves the time unchanged. */
export const provenAtAfter = (proof: Proof, { before, now }: { before: number; now: number }): number =>
  isFullProof(proof) ? now : before;
