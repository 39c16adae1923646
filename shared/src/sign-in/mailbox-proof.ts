import { isAheadOf } from "../limits/clock-ahead.js";
import { lifetimes } from "../limits/limits.js";
import type { SignInDoor } from "./sign-in-policy.js";

/**
 * Whether whoever came through a door has just read the mailbox. Nothing else proves it: neither a trusted or known device, nor a passkey,
 * nor a code of an authenticator.
 */
const doorsByMail = {
  PASSWORD: false,
  ACCOUNT_CREATION: true,
  ACCOUNT_BY_DEVICE: false,
  PASSWORD_RESET: true,
  MAGIC_LINK: true,
  TEAM_INVITATION: true,
} as const satisfies Record<SignInDoor, boolean>;

/** Whether a door proves the mailbox, then and there. */
export const provesMailbox = (door: SignInDoor): boolean => doorsByMail[door];
export const signInDoors = Object.keys(doorsByMail) as SignInDoor[];

/** What is asked of somebody before an authenticator is shown to them; null: nothing more. */
export type EnrollmentDemand = "PRESENT_CODE" | "MAILED_CODE" | null;

/**
 * Whether setting up an authenticator asks for the mailbox: whenever it was not proven in this flow, of clients and team members alike,
 * on the way of signing in as in a session. So a stolen password alone enrols nobody's phone. Where an authenticator is in force, its
 * code is asked in the mailbox's place. A passkey needs no row of its own: it stands beside an authenticator (`mayAddPasskey`).
 */
export const askedToEnroll = (facts: { isEnrolled: boolean; isMailboxProven: boolean }): EnrollmentDemand => {
  if (facts.isEnrolled) return "PRESENT_CODE";
  return facts.isMailboxProven ? null : "MAILED_CODE";
};

/**
 * Whether a proof of the mailbox still counts for an authenticator that is begun now: no longer than a flow takes from its first step
 * (the sign-in, or the mail with the code). What is begun in time may be confirmed as long as its secret is good.
 */
export const isWithinFlow = ({ flowBeganAt, now }: { flowBeganAt: number; now: number }): boolean =>
  now < flowBeganAt + lifetimes.enrollmentToken && !isAheadOf(now, flowBeganAt);

/** The door of an account that is created with a magic link, by when its mailbox was read: as the link was claimed first. */
export const doorOfAccountByLink = (claim: { claimedAt: number | null; now: number }): SignInDoor =>
  claim.claimedAt !== null && isWithinFlow({ flowBeganAt: claim.claimedAt, now: claim.now })
    ? "ACCOUNT_CREATION"
    : "ACCOUNT_BY_DEVICE";
