import { isAheadOf } from "../limits/clock-ahead.js";
import { lifetimes } from "../limits/limits.js";
import type { SignInDoor } from "./sign-in-policy.js";

/**
 * Whether signing in through a door proves that the person has just read the mailbox. Nothing else proves it: neither a trusted or known
 * device, nor a passkey, nor a code from an authenticator.
 */
const doorsByMail = {
  PASSWORD: false,
  ACCOUNT_CREATION: true,
  ACCOUNT_BY_LINK: true,
  ACCOUNT_BY_DEVICE: false,
  PASSWORD_RESET: true,
  MAGIC_LINK: true,
  TEAM_INVITATION: true,
  TEAM_BY_PASSWORD: true,
} as const satisfies Record<SignInDoor, boolean>;

/** Whether the door itself proves the mailbox. */
export const provesMailbox = (door: SignInDoor): boolean => doorsByMail[door];
export const signInDoors = Object.keys(doorsByMail) as SignInDoor[];

/** What a person must enter before they see the new authenticator's secret; null: nothing more. */
export type EnrollmentProof = "PRESENT_CODE" | "MAILED_CODE" | null;

/**
 * What setting up an authenticator requires: a proof of the mailbox, unless this flow has already proven it. That applies to clients and
 * team members alike, during a sign-in and in a session, so a stolen password alone cannot enroll a phone. With an active authenticator,
 * its code is required instead. A passkey needs no row of its own: it supplements an authenticator (`mayAddPasskey`).
 */
export const askedToEnroll = (facts: { isEnrolled: boolean; isMailboxProven: boolean }): EnrollmentProof => {
  if (facts.isEnrolled) return "PRESENT_CODE";
  return facts.isMailboxProven ? null : "MAILED_CODE";
};

/**
 * Whether a proof of the mailbox still counts for an enrollment that begins now: for the length of a flow from its first step (the sign-in,
 * or the mail with the code). An enrollment that began in time may be confirmed as long as its secret is valid.
 */
export const isWithinFlow = ({ flowBeganAt, now }: { flowBeganAt: number; now: number }): boolean =>
  now < flowBeganAt + lifetimes.enrollmentToken && !isAheadOf(now, flowBeganAt);

/** The door of an account that is created with a magic link, by when its mailbox was read: when the link was first claimed. */
export const doorOfAccountByLink = (claim: { claimedAt: number | null; now: number }) =>
  claim.claimedAt !== null && isWithinFlow({ flowBeganAt: claim.claimedAt, now: claim.now })
    ? ("ACCOUNT_BY_LINK" as const)
    : ("ACCOUNT_BY_DEVICE" as const);
