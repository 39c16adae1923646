import { DAY_MS as day, HOUR_MS as hour, MINUTE_MS as minute, SECOND_MS as second } from "../durations/durations.js";
import { endOfWait } from "./clock-ahead.js";

/* Lifetimes, lengths and counts, in one place. Durations are milliseconds. */

export const lifetimes = {
  /** A session without use (NIST 800-63B 2.2.3; OWASP Session Management). */
  portalIdle: 30 * minute,
  teamIdle: 2 * hour,
  /** Any session, used or not. */
  session: 12 * hour,
  /** How long a sign-in or stepUp counts as a fresh proof for dangerous acts. */
  stepUp: 10 * minute,
  challenge: 5 * minute,
  enrollmentToken: 10 * minute,
  pendingEnrollment: 10 * minute,
  emailCode: 10 * minute,
  accountConfirmation: 24 * hour,
  invite: 7 * day,
  /** A link, sent by an administrator, with which a colleague chooses a password. */
  teamPassword: 3 * day,
  passwordReset: 1 * hour,
  emailChange: 24 * hour,
  /** The "This wasn't me" link in a mail about a change. */
  notMe: 7 * day,
  /** An unclaimed magic link that the firm sent; one that the client asked for. */
  magicLink: 30 * day,
  accessLink: 24 * hour,
  /** How long the device that claimed a magic link may claim it again. */
  magicLinkDevice: 30 * day,
  /** How long after its last sign-in a browser keeps its own count of password attempts. */
  knownDevice: 90 * day,
  idempotencyKey: 24 * hour,
  /** How long deliveries are also signed with the replaced secret. */
  previousWebhookSecret: 24 * hour,
  /** How long the delivery log goes back. */
  webhookDelivery: 30 * day,
  /** How long a report is kept, from when it was asked for. */
  report: 30 * day,
} as const;

export const lengths = {
  /** Unicode code points (NIST 800-63B-4 3.1.1.2: 15 where the password is the only factor). */
  passwordMin: 15,
  passwordMax: 128,
  email: 254,
  name: 200,
  externalId: 200,
  reason: 500,
  message: 2000,
  requestTitle: 200,
  requestItem: 500,
  requestItems: 50,
  search: 100,
  deviceKeyMin: 22,
  deviceKeyMax: 200,
} as const;

export const counts = {
  /** Passkeys a person may have. */
  passkeys: 10,
  page: 50,
  pageMax: 100,
  upsertRows: 500,
  /** The most rows, and bytes, of a file imported in a browser. */
  importRows: 50_000,
  importBytes: 10_000_000,
  inviteRows: 500,
  recoveryCodes: 10,
  /** The client is warned from this many remaining recovery codes. */
  recoveryCodesFew: 3,
  trustedDeviceDaysMax: 30,
  challengeFailures: 5,
  sessionsPerOwner: 10,
  knownDevicesPerOwner: 20,
  trustedDevicesPerOwner: 20,
  /** At how many firms' portals one browser stays signed in: browsers and servers limit cookies. */
  firmsPerBrowser: 10,
  /** The most days that a report is about. */
  reportDays: 400,
  /** Reports of a firm that wait or are being made, beside those that the month asks for. */
  unfinishedReports: 3,
  /** Colleagues who get the monthly reports. */
  reportRecipients: 50,
} as const;

/**
 * How many attempts a window allows, and how long the wait after them is, doubling from `firstWait` to `longestWait`; attempt-policy.ts has
 * the rule. `perDay`: the most in any 24 hours, however they are spread.
 */
export interface AttemptLimit {
  attempts: number;
  window: number;
  firstWait: number;
  longestWait: number;
  perDay: number;
}

export const attemptLimits = {
  /** Per account, known or not (OWASP Authentication). Never blocks a second factor, a live session or a magic link. */
  password: { attempts: 10, window: 15 * minute, firstWait: 30 * second, longestWait: hour, perDay: 60 },
  /** The same for a browser that the person has signed in with, whatever strangers try elsewhere. */
  passwordOnKnownDevice: { attempts: 10, window: 15 * minute, firstWait: 30 * second, longestWait: hour, perDay: 60 },
  /** stepUp and changePassword of one person, even with the right password: each costs a hash, and one proof lasts ten minutes. */
  proofsAgain: { attempts: 20, window: 15 * minute, firstWait: minute, longestWait: 15 * minute, perDay: 200 },
  /** Per source address, IPv6 by /64. */
  passwordBySource: { attempts: 50, window: 15 * minute, firstWait: 30 * second, longestWait: hour, perDay: 1000 },
  secondFactorBySource: { attempts: 50, window: 15 * minute, firstWait: 30 * second, longestWait: hour, perDay: 1000 },
  tokenBySource: { attempts: 100, window: 15 * minute, firstWait: 30 * second, longestWait: hour, perDay: 1000 },
  /** Mails to one address that a stranger can trigger (OWASP Forgot Password). */
  mailsByAddress: {
    attempts: 3,
    window: 15 * minute,
    firstWait: 15 * minute,
    longestWait: 15 * minute,
    perDay: 24,
  },
  mailsBySource: { attempts: 20, window: hour, firstWait: hour, longestWait: hour, perDay: 200 },
  /** Mails with a link of one request. */
  requestMailsByMinute: { attempts: 1, window: minute, firstWait: minute, longestWait: minute, perDay: 100 },
  requestMailsByHour: { attempts: 5, window: hour, firstWait: hour, longestWait: hour, perDay: 40 },
  /** Mails with the code that a password alone needs to set up an authenticator. */
  emailCodesByAccount: { attempts: 5, window: hour, firstWait: hour, longestWait: hour, perDay: 20 },
  /** Log entries saying that mails of one kind to one address were held back. */
  suppressedMailEvents: { attempts: 1, window: hour, firstWait: hour, longestWait: hour, perDay: 48 },
} as const satisfies Record<string, AttemptLimit>;

/**
 * How often the log gets an event that signed-in people and keys can cause at will. Nobody is refused by these: what goes beyond them has
 * no event of its own.
 */
export const eventLimits = {
  /** One act that is refused to one caller. */
  refusedAct: { attempts: 1, window: 10 * minute, firstWait: 10 * minute, longestWait: 10 * minute, perDay: 288 },
  /** All acts that are refused to one caller. */
  refusedActsOfCaller: { attempts: 20, window: hour, firstWait: hour, longestWait: hour, perDay: 100 },
  /** New authenticator secrets shown to one person, and wrong first codes from them. */
  enrollment: { attempts: 10, window: hour, firstWait: hour, longestWait: hour, perDay: 60 },
} as const satisfies Record<string, AttemptLimit>;
/** The same viewer of the same report's rows has one event in this time. */
export const REPORT_VIEWED_EVERY = 10 * minute;
/** The same viewer of the same account's sessions has one event in this time. */
export const SESSIONS_VIEWED_EVERY = 10 * minute;

/** After this many failures in a row the account's second factor is locked (NIST 800-63B 3.2.2). */
export const secondFactorLock = { failures: 10, firstWait: 15 * minute, longestWait: day } as const;

/** The wait after the n-th block in a row (n from 0): doubles from the first to the longest. */
export const doublingWait = (
  { firstWait, longestWait }: Pick<AttemptLimit, "firstWait" | "longestWait">,
  n: number,
): number => Math.min(firstWait * 2 ** Math.min(n, 30), longestWait);

/**
 * How long the n-th lock in a row of a second factor lasts (n from 0). After ten locks, a hundred failures in a row, only the firm can
 * unlock the account or reset its factor (NIST 800-63B 3.2.2: at most 100).
 */
export const secondFactorLockMs = (n: number): number => (n < 9 ? doublingWait(secondFactorLock, n) : 100 * 365 * day);

/** When the lock of the second factor ends; null if it is not locked. A lock that is longer than possible was written by a clock that was ahead. */
export const secondFactorLockEndsAt = (
  { lockedUntil, lockCount }: { lockedUntil: number | null; /** Including this lock. */ lockCount: number },
  now: number,
): number | null => endOfWait(lockedUntil, secondFactorLockMs(Math.max(0, lockCount - 1)), now);
