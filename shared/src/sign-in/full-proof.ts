import { secondFactorKinds, type FactorProof } from "./second-factor-kinds.js";
import type { SignInDoor } from "./sign-in-policy.js";

/** What somebody signed in does with the own credentials; the session goes on under a new id. */
export type CredentialAct = "STEP_UP" | "ENROLLMENT" | "PASSWORD_CHANGE" | "TWO_FACTOR_REMOVAL";
/** All that opens a session or goes on with one. */
export type ProvingAct = SignInDoor | CredentialAct;

/** Whether the act proves the first factor, then and there: the password, or the mailbox that has just chosen one. */
const provesFirstFactor = {
  PASSWORD: true,
  ACCOUNT_CREATION: true,
  ACCOUNT_BY_DEVICE: true,
  PASSWORD_RESET: true,
  TEAM_INVITATION: true,
  /** It reaches one request, and no password is behind it. */
  MAGIC_LINK: false,
  STEP_UP: true,
  /** Of a session: a code of the new authenticator says nothing of who sets it up. */
  ENROLLMENT: false,
  /** The old password is asked so that nobody else changes it; what it buys is the new one, nothing more. */
  PASSWORD_CHANGE: false,
  TWO_FACTOR_REMOVAL: false,
} as const satisfies Record<ProvingAct, boolean>;
export const provingActs = Object.keys(provesFirstFactor) as ProvingAct[];

const givenByFactor = Object.fromEntries(Object.values(secondFactorKinds).map(({ proof }) => [proof, true])) as Record<
  FactorProof,
  true
>;

/** What stood for the second factor, and whether it was given in that very act. */
const isGivenNow = {
  NONE: false,
  /** The code was given on some other day. */
  TRUSTED_DEVICE: false,
  ...givenByFactor,
  /** Set up on the way in, after the password and the mailbox. */
  NEW_AUTHENTICATOR: true,
} as const satisfies Record<string, boolean>;
export type SecondProof = keyof typeof isGivenNow;
export const secondProofs = Object.keys(isGivenNow) as SecondProof[];

export interface Proof {
  act: ProvingAct;
  second: SecondProof;
  /** Has an authenticator in force once the act is done. */
  isEnrolled: boolean;
}

/**
 * Whether an act proves in full who is at the keyboard, which opens dangerous acts for ten minutes (`lifetimes.stepUp`). The same for
 * the team and for clients: the first factor, and a second one where the person has one, both given now (OWASP ASVS 7.5.1, 7.5.3).
 */
export const isFullProof = ({ act, second, isEnrolled }: Proof): boolean =>
  provesFirstFactor[act] && (!isEnrolled || isGivenNow[second]);

/** `authenticatedAt` of a session that never was proven in full: stale from the start. */
export const neverProven = 0;

/** When a session was last proven in full, once the act is done: an act that proves less leaves the moment as it was. */
export const provenAtAfter = (proof: Proof, { before, now }: { before: number; now: number }): number =>
  isFullProof(proof) ? now : before;
