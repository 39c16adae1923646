import { DAY_MS, MINUTE_MS } from "../durations/durations.js";
import type { PortalAccessState } from "../contacts/portal-access-policy.js";
import { daysBefore } from "../days/days.js";
import { dayInWords } from "../language/dates.js";
import type { Language } from "../language/language.js";
import { lengths } from "../limits/limits.js";
import { isPlainText, isVisible, textIsPlain } from "../names/name.js";
import { securityModes, type ModePolicy, type SecurityMode } from "../security-mode/security-mode.js";

export const rollOutLimits = {
  /** Mails per minute of one roll-out. */
  mailsPerMinute: { least: 1, most: 60, usual: 20 },
  /** The least time between two mails of a roll-out to one mailbox. */
  betweenMails: 3 * DAY_MS,
  reminders: { atMost: 3, earliestDaysBefore: 60, usualDaysBefore: [7, 1] },
  /** How long clients usually have between the announcement and the start. */
  usualNoticeDays: 30,
  /** How far away the start may be: nobody remembers an announcement for longer. */
  daysAhead: 365,
} as const;

/** The groups of a firm's contacts before a roll-out. `filter`: which contacts belong to it; each contact is in exactly one group. */
export const rollOutGroups = {
  ENROLLED: {
    title: "Have two-factor authentication",
    what: "Nothing changes for them, and they get no mail.",
    filter: { states: ["ACCOUNT_CREATED"], twoFactorEnrolled: true },
  },
  TO_ENROLL: {
    title: "Have an account without it",
    what: "They are notified by email and can set it up before the start date.",
    filter: { states: ["ACCOUNT_CREATED"], twoFactorEnrolled: false },
  },
  INVITED: {
    title: "Invited, without an account",
    what: "They are invited again, if you like.",
    filter: { states: ["INVITED"] },
  },
  NOT_INVITED: {
    title: "Never invited",
    what: "They get their first invitation, if you like.",
    filter: { states: ["NOT_INVITED"] },
  },
  NO_EMAIL: {
    title: "Without an email address",
    what: "They cannot be emailed: add an address, or call them.",
    filter: { states: ["NO_EMAIL"] },
  },
} as const satisfies Record<
  string,
  { title: string; what: string; filter: { states: readonly PortalAccessState[]; twoFactorEnrolled?: boolean } }
>;
export type RollOutGroup = keyof typeof rollOutGroups;
export const rollOutGroupNames = Object.keys(rollOutGroups) as RollOutGroup[];

/** The groups that get mails from a roll-out. */
export const concernedGroups = ({ invitesContacts }: { invitesContacts: boolean }): readonly RollOutGroup[] =>
  invitesContacts ? ["TO_ENROLL", "INVITED", "NOT_INVITED"] : ["TO_ENROLL"];

/** The mode that a roll-out leads to. */
export const rollOutMode = "MAGIC_LINK_AND_LOGIN_2FA" satisfies SecurityMode;

/** A roll-out as the firm requests it; times are epoch milliseconds. */
export interface RollOutPlan {
  enforcedFrom: number;
  message: string;
  invitesContacts: boolean;
  /** One reminder for each number of days before the start, earliest first. */
  remindDaysBefore: number[];
  mailsPerMinute: number;
}
export interface RollOutFault {
  field: keyof RollOutPlan;
  message: string;
}

/** Cleans a plan and returns the first thing that is wrong with it. The page uses it too, but the server decides. */
export function readRollOutPlan(typed: RollOutPlan, now: number): { plan: RollOutPlan; fault: RollOutFault | null } {
  const plan = {
    ...typed,
    message: typed.message.trim(),
    remindDaysBefore: [...new Set(typed.remindDaysBefore)].toSorted((a, b) => b - a),
  };
  return { plan, fault: faultOf(plan, now) };
}

function faultOf(plan: RollOutPlan, now: number): RollOutFault | null {
  const { mailsPerMinute, reminders, daysAhead } = rollOutLimits;
  const isBetween = (n: number, least: number, most: number) => Number.isInteger(n) && n >= least && n <= most;
  // Written so that NaN is refused too.
  if (!(plan.enforcedFrom > now && plan.enforcedFrom <= now + daysAhead * DAY_MS))
    return { field: "enforcedFrom", message: "Choose a day in the future, at most a year away." };
  if (!isVisible(plan.message))
    return { field: "message", message: "Tell your clients in a few words what will change." };
  if ([...plan.message].length > lengths.message)
    return { field: "message", message: `Use at most ${lengths.message} characters.` };
  if (!isPlainText(plan.message)) return { field: "message", message: textIsPlain };
  if (
    plan.remindDaysBefore.length > reminders.atMost ||
    !plan.remindDaysBefore.every((n) => isBetween(n, 1, reminders.earliestDaysBefore))
  )
    return {
      field: "remindDaysBefore",
      message: `Choose up to ${reminders.atMost} reminders, 1 to ${reminders.earliestDaysBefore} days before the start.`,
    };
  if (!isBetween(plan.mailsPerMinute, mailsPerMinute.least, mailsPerMinute.most))
    return {
      field: "mailsPerMinute",
      message: `Choose ${mailsPerMinute.least} to ${mailsPerMinute.most} mails per minute.`,
    };
  return null;
}

/** The time between two mails. */
export const waitBetweenMails = ({ mailsPerMinute }: Pick<RollOutPlan, "mailsPerMinute">): number =>
  Math.ceil(MINUTE_MS / mailsPerMinute);

export type RollOutState = "RUNNING" | "PAUSED" | "FINISHED" | "UNDONE";
/** The state that the firm sees: changing to a mode without required 2FA undoes the roll-out as well. */
export const rollOutStateUnder = (state: RollOutState, { mode }: Pick<ModePolicy, "mode">): RollOutState =>
  securityModes[mode].secondFactor === "required" ? state : "UNDONE";
/** Whether it may still send mails. */
export const isRollOutOpen = (state: RollOutState): boolean => state === "RUNNING" || state === "PAUSED";

/** What a client's next mail depends on; all contacts that share a mailbox are one client. Times are epoch milliseconds. */
export interface RollOutFacts {
  now: number;
  enforcedFrom: number;
  /** In whose days reminders are counted. */
  timeZone: string;
  remindDaysBefore: readonly number[];
  /** The firm has undone it; clients who were notified are told so. */
  isCalledOff: boolean;
  hasAccount: boolean;
  /** There was an account when the roll-out last checked. */
  hadAccount: boolean;
  isEnrolled: boolean;
  hasAddress: boolean;
  /** The roll-out's last mail to the client. */
  mailedAt: number | null;
  /** The last invitation, whoever sent it. */
  invitedAt: number | null;
}
/** INVITATION leads to creating the account, the others to signing in. */
export type RollOutMail = "INVITATION" | "ANNOUNCEMENT" | "REMINDER" | "CALLED_OFF";
export type RollOutStop = "ENROLLED" | "NO_ACCOUNT" | "NO_ADDRESS" | "ALL_SAID";
/** Exactly one of: send a mail now, check again later, or stop. */
export type RollOutStep =
  { kind: "MAIL"; mail: RollOutMail } | { kind: "LOOK_AGAIN"; at: number } | { kind: "STOP"; because: RollOutStop };

/** What a roll-out does for a client now. The first line that applies wins. */
export function nextRollOutStep(facts: RollOutFacts): RollOutStep {
  const { now, enforcedFrom, mailedAt } = facts;
  const stop = (because: RollOutStop) => ({ kind: "STOP", because }) as const;
  if (facts.isEnrolled) return stop("ENROLLED");
  // A client whose account the firm deleted is not invited again automatically.
  if (facts.hadAccount && !facts.hasAccount) return stop("NO_ACCOUNT");
  if (!facts.hasAddress) return stop("NO_ADDRESS");
  if (facts.isCalledOff) return mailedAt === null ? stop("ALL_SAID") : { kind: "MAIL", mail: "CALLED_OFF" };
  if (mailedAt === null) return { kind: "MAIL", mail: facts.hasAccount ? "ANNOUNCEMENT" : "INVITATION" };
  if (now >= enforcedFrom) return stop("ALL_SAID");
  const lastMailAt = Math.max(mailedAt, facts.hasAccount ? 0 : (facts.invitedAt ?? 0));
  for (const days of facts.remindDaysBefore.toSorted((a, b) => b - a)) {
    const at = daysBefore(enforcedFrom, days, facts.timeZone);
    // Skipped if the client got a mail after that time, which counts as this reminder, or if another mail would follow too soon.
    if (at <= lastMailAt || Math.max(at, now) - lastMailAt < rollOutLimits.betweenMails) continue;
    return at > now ? { kind: "LOOK_AGAIN", at } : { kind: "MAIL", mail: facts.hasAccount ? "REMINDER" : "INVITATION" };
  }
  return stop("ALL_SAID");
}

/** A client's progress in a roll-out, as the firm sees it. */
export const rollOutRecipientStates = {
  ENROLLED: { title: "Set up", what: "Two-factor authentication is on." },
  STOPPED: { title: "Left out", what: "There is no longer an address or account, so no mail is sent." },
  MAILED: { title: "Notified", what: "A mail was sent; the client has not set it up yet." },
  WAITING: { title: "Waiting", what: "The first mail has not been sent yet." },
} as const satisfies Record<string, { title: string; what: string }>;
export type RollOutRecipientState = keyof typeof rollOutRecipientStates;

/** "1 December 2026", in the firm's time zone. `timeZone`: a name in the IANA database. */
export const dayAt = (moment: number, timeZone: string, language: Language = "EN"): string =>
  dayInWords(moment, timeZone, language);
/** The message that the assistant suggests; the firm may change it. */
export const proposedRollOutMessage = (firmName: string, startDay: string): string =>
  [
    `${firmName} is adding a second step to signing in: besides your password, you will need a code from your phone. It keeps your tax documents safe even if someone else learns your password.`,
    `Please set it up before ${startDay}. It takes about two minutes: you need your phone and a free authenticator app, such as Google Authenticator or Microsoft Authenticator.`,
    "If you need help, please call us. We will never ask you for a code or your password.",
  ].join("\n\n");
