import type { EndingAct } from "../access-endings/access-endings.js";
import { minutesInWords } from "../language/durations-in-words.js";
import { momentInWords } from "../language/dates.js";
import { languages, type Language } from "../language/language.js";
import { roleTitles, type ActorKind, type ApiScope, type TeamRole } from "../roles/roles.js";
import { plans, type Plan } from "../plans/plans.js";
import type { FactorWord } from "../sign-in/second-factor-kinds.js";
import { methodsInWords, type SignInMethod } from "../sign-in/sign-in-methods.js";
import { reportKinds, type ReportKind } from "../reports/report-kinds.js";
import type { SignInDoor } from "../sign-in/sign-in-policy.js";
import { ERASED } from "./erased-facts.js";
import { keptInWords } from "./sign-in-retention-policy.js";
import { securityModes, type SecurityMode } from "../security-mode/security-mode.js";

/** What a signed-in person has to confirm their identity for. */
const reauthenticationPurposes = {
  STEP_UP: "to confirm their identity",
  PASSWORD_CHANGE: "to change the password",
  ENROLLMENT: "to replace the authenticator",
  FIRST_ENROLLMENT: "to set up two-factor authentication",
  TWO_FACTOR_REMOVAL: "to turn off two-factor authentication",
  RECOVERY_CODES: "to replace the recovery codes",
} as const;
export type ReauthenticationPurpose = keyof typeof reauthenticationPurposes;

/** Why devices are no longer trusted: an act that ends access, or one of these. */
const trustEnds = {
  REVOKED: "the trust was withdrawn",
  TRUSTED_AGAIN: "the same browser was trusted again",
  TOO_MANY: "newer devices took their place",
  PASSWORD_RESET: "the password was reset",
  PASSWORD_CHANGED: "the password was changed",
  NOT_ME: "a change was reported that they did not make",
  TWO_FACTOR_SET_UP: "another authenticator was set up",
  TWO_FACTOR_DISABLED: "two-factor authentication was turned off",
  TWO_FACTOR_RESET: "two-factor authentication was reset",
  SIGNED_OUT_EVERYWHERE: "every other sign-in was ended",
  LOGIN_EMAIL_CHANGED: "the login email changed",
  PERSON_REMOVED: "the account was deleted",
  LOGINS_SWITCHED_OFF: "the portal has no logins",
  ROLE_CHANGED: "the role changed",
} as const satisfies Record<EndingAct | "REVOKED" | "TRUSTED_AGAIN" | "TOO_MANY", string>;
export type TrustEnd = keyof typeof trustEnds;

/** The other sessions that ended with the act, if any did. */
interface EndingSessions {
  endedSessionIds?: readonly string[];
}
/** A magic link, and until when whoever holds it (once it was claimed: its device) can open the request. */
interface IssuedLink {
  magicLinkId?: string;
  /** RFC 3339 in UTC. */
  openUntil?: string;
}
/** The session in which the act was done. It continues under a new id; null: the id stays, as a bearer token's does. */
interface InSession {
  sessionId: string;
  previousSessionId: string | null;
}
/** Opens a session. With a magic link it reaches only that request. */
type OpeningSession =
  | { door: Exclude<SignInDoor, "MAGIC_LINK">; sessionId: string }
  | { door: "MAGIC_LINK"; sessionId: string; requestId: string; title: string };

/**
 * What each event's sentence needs besides the actor, and the ids of what it is about, so that a reader of the log alone
 * can follow each thing; events of before they were recorded lack the ids. No secrets: this is stored and shown as it is.
 */
export interface AuditEventData {
  ACCOUNT_CREATED: { email: string } & EndingSessions;
  /** `recoveryCodes`: how many the answer showed, once. */
  TWO_FACTOR_ENROLLED: { email: string; recoveryCodes?: number } & Partial<InSession> & EndingSessions;
  TWO_FACTOR_DISABLED: { email: string } & InSession & EndingSessions;
  TWO_FACTOR_RESET: { email: string } & EndingSessions;
  RECOVERY_CODE_USED: { email: string; remaining: number };
  RECOVERY_CODES_REGENERATED: { email: string; recoveryCodes?: number };
  /** `replaces`: an authenticator is in force until the new one is confirmed. */
  AUTHENTICATOR_SECRET_SHOWN: { email: string; replaces: boolean };
  /** `clockDriftSeconds`: by how much the phone's clock is off, if that is why the code was wrong. */
  TWO_FACTOR_ENROLLMENT_FAILED: { email: string; clockDriftSeconds: number | null };
  PASSKEY_ADDED: { email: string; name: string; passkeyId?: string };
  PASSKEY_REMOVED: { email: string; name: string; passkeyId?: string };
  /** `until`: in ISO 8601. `browser`: in our words, such as "Chrome on Windows". */
  DEVICE_TRUSTED: { email: string; trustedDeviceId: string; browser: string; days: number; until: string };
  /** All that end together. */
  TRUSTED_DEVICE_REVOKED: { email: string; trustedDeviceIds: readonly string[]; why: TrustEnd };
  SIGN_IN_SUCCEEDED: { email: string } & OpeningSession & EndingSessions;
  SIGN_IN_FAILED: { email: string; what: "password" | "email code" | FactorWord };
  REAUTHENTICATION_FAILED: {
    email: string;
    what: "password" | "email code" | FactorWord;
    purpose: ReauthenticationPurpose;
  };
  REAUTHENTICATION_SUCCEEDED: { email: string } & InSession;
  ACCOUNT_LOCKED: { email: string; minutes: number; what: "password" | "second factor" };
  ACCOUNT_UNLOCKED: { email: string };
  PASSWORD_CHANGED: { email: string; by: "change" | "reset" } & Partial<InSession> & EndingSessions;
  PASSWORD_RESET_REQUESTED: { email: string };
  MAIL_SUPPRESSED: { email: string; what: SuppressedMail };
  LOGIN_EMAIL_CHANGE_REQUESTED: { from: string; to: string };
  LOGIN_EMAIL_CHANGED: { from: string; to: string } & EndingSessions;
  ACCOUNT_DELETED: { email: string } & EndingSessions;
  /** In a session of the person's own: where it goes on, if everything else was signed out there. */
  SESSIONS_REVOKED: { email: string; sessions: number; sessionIds: readonly string[] } & Partial<InSession>;
  SIGNED_OUT: { email: string; sessionId: string };
  SUSPICION_REPORTED: { email: string } & EndingSessions;
  TEAM_MEMBER_INVITED: { email: string; role: TeamRole };
  TEAM_MEMBER_JOINED: { email: string } & EndingSessions;
  TEAM_MEMBER_CHANGED: { email: string; role: TeamRole };
  TEAM_MEMBER_REMOVED: { email: string } & EndingSessions;
  INVITE_SENT: { email: string };
  REQUEST_SENT: { title: string; email: string; requestId?: string } & IssuedLink;
  REQUEST_ITEM_DONE: { title: string; item: string; email: string; requestId?: string; itemId?: string };
  REQUEST_ITEM_REOPENED: { title: string; item: string; email: string; requestId?: string; itemId?: string };
  REQUEST_COMPLETED: { title: string; email: string; requestId?: string };
  MAGIC_LINK_SENT: { title: string; email: string; requestId?: string } & IssuedLink;
  /** `sessionId`: null if the link asked for more first. */
  MAGIC_LINK_CLAIMED: { title: string; email: string; requestId: string; sessionId: string | null } & IssuedLink &
    EndingSessions;
  MAGIC_LINK_DECLINED: { title: string; why: "other device" | "expired" | "revoked" };
  /** `version`: the policy's from then on. */
  SECURITY_POLICY_CHANGED: { from: SecurityMode; to: SecurityMode; version?: number } & EndingSessions;
  CLIENT_LANGUAGE_CHANGED: { from: Language; to: Language };
  TIME_ZONE_CHANGED: { from: string; to: string };
  CONTACT_CREATED: { name: string };
  CONTACT_UPDATED: { name: string };
  /**
   * `requests`, `links` (open ones): what went with it. `events`: how many have lost what they said about the person, or, with
   * `isErasing`, still lose it. Its account, if that went too, is in `portalAccountId`; if another contact keeps it, in
   * `sharedPortalAccountId`, which older events lack.
   */
  CONTACT_DELETED: {
    requests: number;
    links: number;
    events: number;
    isErasing?: true;
    /** Kept reports that were deleted with it; left out if there were none. */
    reports?: number;
    /** Those of the account that were trusted. */
    trustedDeviceIds?: readonly string[];
    sharedPortalAccountId?: string;
  } & EndingSessions;
  /** What is kept about the contact was asked for as a file. */
  CONTACT_DATA_EXPORTED: { name: string };
  /**
   * Another login, or a login that the owner of another mailbox can create, now reaches the contact's requests. `from`, `to`: the
   * contact's email, null: none; they are the same if the logins changed, but not the contact. The other facts are missing in older events.
   */
  CONTACT_REDIRECTED: {
    name: string;
    from: string | null;
    to: string | null;
    /** The login that served the contact, and the one that serves it now; null: none. */
    loginBefore?: string | null;
    loginAfter?: string | null;
    requests?: number;
    /** The ids of both logins. */
    accountIds?: readonly string[];
  };
  /** `isShownOnce` of these and of the next: the answer showed the secret, and nothing shows it again. */
  API_KEY_CREATED: { name: string; scopes: readonly ApiScope[]; apiKeyId?: string; isShownOnce?: true };
  API_KEY_REVOKED: { name: string; apiKeyId?: string };
  WEBHOOK_CREATED: { url: string; webhookEndpointId?: string; isShownOnce?: true };
  WEBHOOK_DELETED: { url: string; webhookEndpointId?: string };
  WEBHOOK_SECRET_ROTATED: { url: string; webhookEndpointId?: string; isShownOnce?: true };
  WEBHOOK_DISABLED: { url: string; webhookEndpointId?: string };
  WEBHOOK_REPLAYED: { url: string; webhookEndpointId: string };
  PLAN_CHANGED: { from: Plan; to: Plan };
  /** `version`: of the policy that the firm begins with. */
  FIRM_CREATED: { name: string; version: number };
  FIRM_DISABLED: Record<never, never>;
  FIRM_ENABLED: Record<never, never>;
  /** `startDay`: in the words that clients read. */
  ROLL_OUT_STARTED: { startDay: string; clients: number; rollOutId?: string };
  ROLL_OUT_PAUSED: { rollOutId?: string };
  ROLL_OUT_RESUMED: { rollOutId?: string };
  ROLL_OUT_FINISHED: { rollOutId?: string };
  ROLL_OUT_UNDONE: { isTold: boolean; rollOutId?: string };
  TWO_FACTOR_ANNOUNCED: { email: string; what: "announcement" | "reminder" | "calling off"; rollOutId?: string };
  /** Events that got their digests only after they had been written. */
  AUDIT_LOG_SEALED: { fromSeq: number; throughSeq: number };
  /** Old events that were deleted, and the digest of the last one. */
  AUDIT_LOG_TRIMMED: { throughSeq: number; digest: string | null; signedAt: string; keyId: string; signature: string };
  CHECKPOINT_MAIL_CHANGED: { isOn: boolean };
  /** For how many days sign-in events keep who it was, and from where; null: for ever. */
  SIGN_IN_RETENTION_CHANGED: { days: number | null };
  /**
   * A signed statement that the sign-in events up to a number, of before a moment (RFC 3339 in UTC), lose their facts about
   * people: `signIns` of them, as of then. The digest is that of the event before this one (docs/audit-format.md).
   */
  SIGN_IN_EVENTS_ERASED: {
    throughSeq: number;
    olderThan: string;
    signIns: number;
    digest: string;
    signedAt: string;
    keyId: string;
    signature: string;
  };
  /** A signed statement that the log, up to this event, has this digest (docs/audit-format.md). */
  AUDIT_LOG_CHECKPOINT: { seq: number; digest: string; signedAt: string; keyId: string; signature: string };
  AUDIT_LOG_EXPORTED: { isWhole: boolean; file?: "csv" | "jsonl"; filter?: ExportFilter };
  /** `asOf`, `since`, `until`: the moment or days that it is about. `seq`: the last event that it stands on. */
  REPORT_REQUESTED: {
    report: ReportKind;
    reportId: string;
    seq: number;
    asOf?: string;
    since?: string;
    until?: string;
  };
  /** The same. `file`: "page" if its rows were looked at. `reportId`: of a report that is kept. */
  REPORT_EXPORTED: {
    report: ReportKind;
    file: "csv" | "pdf" | "page";
    reportId?: string;
    seq: number;
    asOf?: string;
    since?: string;
    until?: string;
  };
  /** `colleagues`: how many get the monthly mail. */
  REPORT_SCHEDULE_CHANGED: { colleagues: number };
  /** `sessions`: how many there were. */
  SESSIONS_VIEWED: { email: string; sessions: number };
  ACT_REFUSED: {
    /** The mutation's name, or that of the export. */
    act: string;
    code: RefusedActCode;
    /** The scope, role or kind of caller that the act requires; null: a fresh proof. */
    missing: string | null;
    /** The caller's session; null for a key. */
    sessionId: string | null;
    /** 0: one refusal; otherwise how many more like the last one followed it, which have no events of their own. */
    repeats: number;
  };
  /** The new values of what changed. `color`: null for Gatehouse's own. */
  BRANDING_CHANGED: { color?: string | null; logo?: "set" | "removed" };
}
/** The name of the export of a report among the acts that are refused. */
export const REPORT_ACT = "exportReport";
/** The name of the export of the log among the acts that are refused; the others are mutations. */
export const EXPORT_ACT = "exportAuditLog";
export type RefusedActCode = "FORBIDDEN" | "ACCESS_RESET_REQUIRED" | "STEP_UP_REQUIRED";
/** What an export was limited to, as the query had it; times in UTC. */
export interface ExportFilter {
  types?: readonly AuditEventType[];
  contactId?: string;
  actorKinds?: readonly ActorKind[];
  actorId?: string;
  since?: string;
  until?: string;
  afterSeq?: number;
}
/** The login that an event is about, which is stored with its data. */
export interface AuditEventSubject {
  portalAccountId?: string;
  teamMemberId?: string;
}
/** Mails that are limited in number, because a stranger can trigger them. */
export type SuppressedMail = "account confirmation" | "password reset" | "sign-in code" | "link";
export type AuditEventType = keyof AuditEventData;

/** What events held that were recorded before their present form. */
interface EarlierEventData {
  /** `secondFactor`: also for a sign-in on a trusted device. */
  SIGN_IN_SUCCEEDED: { email: string; secondFactor: boolean };
  SESSIONS_REVOKED: { email: string; sessions: number };
  TWO_FACTOR_DISABLED: { email: string };
  MAGIC_LINK_CLAIMED: { title: string; email: string };
}
/** What a stored event may hold. */
export type StoredEventData<T extends AuditEventType> =
  AuditEventData[T] | (T extends keyof EarlierEventData ? EarlierEventData[T] : never);

interface EventFacts<T extends AuditEventType> {
  /** Who did it. */
  actor: string;
  /** The contact it concerns, by name where known. */
  contact: string | null;
  /** How somebody proved who they are; null if the event proves nobody, or is older than this record. */
  methods?: readonly SignInMethod[] | null;
  data: StoredEventData<T>;
}
interface EventWords<T extends AuditEventType> {
  title: string;
  /** One English sentence. */
  say: (event: EventFacts<T>) => string;
}

/** A report and what it is about, such as: the report "2FA adoption" from 2026-10-01 to 2026-10-31. */
const reportInWords = ({
  report,
  asOf,
  since,
  until,
}: AuditEventData["REPORT_REQUESTED"] | AuditEventData["REPORT_EXPORTED"]) =>
  `the report "${reportKinds[report].title.EN}"${asOf === undefined ? "" : ` as of ${momentInWords(Date.parse(asOf), "EN")}`}${since === undefined || until === undefined ? "" : ` from ${since} to ${until}`}`;
const of = (contact: string | null, email: string) => (contact ? `${contact} (${email})` : email);
/** " with password and a code from the app"; nothing for events of before methods were recorded. */
const by = (methods: readonly SignInMethod[] | null | undefined) =>
  methods?.length ? ` with ${methodsInWords(methods, "EN")}` : "";
const count = (n: number, one: string) => `${n} ${one}${n === 1 ? "" : "s"}`;

/** A proof that was wrong, as a sentence names it; an event keeps the shorter name. */
const proofInWords = (what: AuditEventData["SIGN_IN_FAILED"]["what"]) =>
  what === "email code" ? "emailed code" : what;

/** `resetTwoFactor` as a sentence names it. */
const actInWords = (act: string) =>
  act
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\bapi\b/, "API")
    .replace("two factor", "two-factor");
const shownOnce = ({ isShownOnce }: { isShownOnce?: true }) => (isShownOnce ? ", which was shown once" : "");
/** Whose the requests were and are, as the end of a sentence. */
function redirectInWords({ to, loginBefore, loginAfter, requests }: AuditEventData["CONTACT_REDIRECTED"]): string {
  if (loginBefore === undefined || loginAfter === undefined || requests === undefined) return "";
  const after =
    loginAfter === null
      ? to === null
        ? "no login can open them now"
        : `no login can open them until ${to} creates one`
      : `the login ${loginAfter} can open them now`;
  return `: ${count(requests, "request")}; ${after}${loginBefore === null ? "" : `, and ${loginBefore} no longer`}`;
}

const rollOutMails = {
  announcement: "notified that two-factor authentication will be required",
  reminder: "reminded to set up two-factor authentication",
  "calling off": "notified that two-factor authentication will not be required after all",
} as const;

/** Every event with its title and sentence. A missing one does not compile. */
export const auditEvents: { [T in AuditEventType]: EventWords<T> } = {
  ACCOUNT_CREATED: {
    title: "Portal account created",
    say: ({ contact, methods, data }) => `${of(contact, data.email)} created a portal account${by(methods)}.`,
  },
  TWO_FACTOR_ENROLLED: {
    title: "2FA set up",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} set up two-factor authentication${data.recoveryCodes === undefined ? "" : `; ${count(data.recoveryCodes, "recovery code")} were shown once`}.`,
  },
  TWO_FACTOR_DISABLED: {
    title: "2FA turned off",
    say: ({ contact, data }) => `${of(contact, data.email)} turned off two-factor authentication.`,
  },
  TWO_FACTOR_RESET: {
    title: "2FA reset",
    say: ({ actor, contact, data }) => `${actor} reset two-factor authentication for ${of(contact, data.email)}.`,
  },
  RECOVERY_CODE_USED: {
    title: "Recovery code used",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} used a recovery code; ${count(data.remaining, "code")} left.`,
  },
  RECOVERY_CODES_REGENERATED: {
    title: "Recovery codes replaced",
    say: ({ contact, data }) => `${of(contact, data.email)} generated new recovery codes, which were shown once.`,
  },
  AUTHENTICATOR_SECRET_SHOWN: {
    title: "Authenticator secret shown",
    say: ({ contact, data }) =>
      `A new authenticator secret was shown to ${of(contact, data.email)}${data.replaces ? ", to replace the current one" : ""}.`,
  },
  TWO_FACTOR_ENROLLMENT_FAILED: {
    title: "2FA set-up failed",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} entered a wrong first code of a new authenticator${data.clockDriftSeconds === null ? "" : `: the clock of its device is off by ${count(Math.abs(data.clockDriftSeconds), "second")}`}.`,
  },
  PASSKEY_ADDED: {
    title: "Passkey added",
    say: ({ contact, data }) => `${of(contact, data.email)} added the passkey "${data.name}".`,
  },
  PASSKEY_REMOVED: {
    title: "Passkey removed",
    say: ({ contact, data }) => `${of(contact, data.email)} removed the passkey "${data.name}".`,
  },
  DEVICE_TRUSTED: {
    title: "Device trusted",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} trusted a device (${data.browser}): it may skip the code for ${count(data.days, "day")}.`,
  },
  TRUSTED_DEVICE_REVOKED: {
    title: "Device no longer trusted",
    say: ({ actor, contact, data }) => {
      const devices = count(data.trustedDeviceIds.length, "trusted device");
      return data.why === "REVOKED"
        ? `${actor} removed ${devices} of ${of(contact, data.email)}: the code is asked for there again.`
        : `${of(contact, data.email)} lost ${devices}: ${trustEnds[data.why]}.`;
    },
  },
  SIGN_IN_SUCCEEDED: {
    title: "Signed in",
    say: ({ contact, methods, data }) => {
      const person = of(contact, data.email);
      if ("secondFactor" in data)
        return `${person} signed in${data.secondFactor ? " with two-factor authentication or on a trusted device" : ""}.`;
      if (data.door === "MAGIC_LINK") return `${person} opened "${data.title}"${by(methods)}.`;
      return `${person} signed in${by(methods)}.`;
    },
  },
  SIGN_IN_FAILED: {
    title: "Sign-in failed",
    say: ({ contact, data }) => `A sign-in as ${of(contact, data.email)} failed: wrong ${proofInWords(data.what)}.`,
  },
  REAUTHENTICATION_FAILED: {
    title: "Confirmation failed",
    say: ({ contact, data }) =>
      `A wrong ${proofInWords(data.what)} was entered in a session of ${of(contact, data.email)}, ${reauthenticationPurposes[data.purpose]}.`,
  },
  REAUTHENTICATION_SUCCEEDED: {
    title: "Identity confirmed",
    say: ({ contact, methods, data }) => `${of(contact, data.email)} confirmed their identity${by(methods)}.`,
  },
  ACCOUNT_LOCKED: {
    title: "Account locked",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} is locked for ${minutesInWords(data.minutes, "EN")} after too many failed attempts (${data.what}).`,
  },
  ACCOUNT_UNLOCKED: {
    title: "Account unlocked",
    say: ({ actor, contact, data }) => `${actor} unlocked ${of(contact, data.email)}.`,
  },
  PASSWORD_CHANGED: {
    title: "Password changed",
    say: ({ contact, data }) => `${of(contact, data.email)} ${data.by === "reset" ? "reset" : "changed"} the password.`,
  },
  PASSWORD_RESET_REQUESTED: {
    title: "Password reset requested",
    say: ({ actor, contact, data }) => `${actor} requested a password reset for ${of(contact, data.email)}.`,
  },
  MAIL_SUPPRESSED: {
    title: "Mail held back",
    say: ({ contact, data }) =>
      `Another ${data.what} was not sent to ${of(contact, data.email)}: too many were requested.`,
  },
  LOGIN_EMAIL_CHANGE_REQUESTED: {
    title: "Login email change requested",
    say: ({ actor, contact, data }) =>
      `${actor} asked to change the login email of ${contact ?? data.from} from ${data.from} to ${data.to}, once the new address confirms it.`,
  },
  LOGIN_EMAIL_CHANGED: {
    title: "Login email changed",
    say: ({ contact, data }) => `The login email of ${contact ?? data.from} changed from ${data.from} to ${data.to}.`,
  },
  ACCOUNT_DELETED: {
    title: "Portal account deleted",
    say: ({ actor, contact, data }) => `${actor} deleted the portal account of ${of(contact, data.email)}.`,
  },
  SESSIONS_REVOKED: {
    title: "Sessions ended",
    say: ({ actor, contact, data }) =>
      `${actor} ended ${count(data.sessions, "session")} of ${of(contact, data.email)}.`,
  },
  SIGNED_OUT: { title: "Signed out", say: ({ contact, data }) => `${of(contact, data.email)} signed out.` },
  SUSPICION_REPORTED: {
    title: "Suspicious change reported",
    say: ({ contact, data }) =>
      `${of(contact, data.email)} reported a change that they did not make; all of their sessions were ended.`,
  },
  TEAM_MEMBER_INVITED: {
    title: "Team member invited",
    say: ({ actor, data }) => `${actor} invited ${data.email} to the team as ${roleTitles[data.role].toLowerCase()}.`,
  },
  TEAM_MEMBER_JOINED: {
    title: "Team member joined",
    say: ({ methods, data }) => `${data.email} joined the team${by(methods)}.`,
  },
  TEAM_MEMBER_CHANGED: {
    title: "Team member changed",
    say: ({ actor, data }) =>
      `${actor} changed the team member ${data.email}, now ${roleTitles[data.role].toLowerCase()}.`,
  },
  TEAM_MEMBER_REMOVED: {
    title: "Team member removed",
    say: ({ actor, data }) => `${actor} removed ${data.email} from the team.`,
  },
  INVITE_SENT: {
    title: "Invitation sent",
    say: ({ actor, contact, data }) => `${actor} invited ${of(contact, data.email)} to the portal.`,
  },
  REQUEST_SENT: {
    title: "Request sent",
    say: ({ actor, contact, data }) => `${actor} sent "${data.title}" to ${of(contact, data.email)}.`,
  },
  REQUEST_ITEM_DONE: {
    title: "Item ticked off",
    say: ({ contact, data }) => `${of(contact, data.email)} ticked off "${data.item}" in "${data.title}".`,
  },
  REQUEST_ITEM_REOPENED: {
    title: "Item reopened",
    say: ({ contact, data }) => `${of(contact, data.email)} reopened "${data.item}" in "${data.title}".`,
  },
  REQUEST_COMPLETED: {
    title: "Request completed",
    say: ({ contact, data }) => `${of(contact, data.email)} completed "${data.title}".`,
  },
  MAGIC_LINK_SENT: {
    title: "Magic link sent",
    say: ({ contact, data }) => `A new link to "${data.title}" was sent to ${of(contact, data.email)}.`,
  },
  MAGIC_LINK_CLAIMED: {
    title: "Magic link opened",
    say: ({ contact, data }) =>
      "sessionId" in data && data.sessionId === null
        ? `${of(contact, data.email)} followed the link to "${data.title}", which asked for more proof.`
        : `${of(contact, data.email)} opened "${data.title}" with its link.`,
  },
  MAGIC_LINK_DECLINED: {
    title: "Magic link declined",
    say: ({ contact, data }) =>
      `A link to "${data.title}"${contact ? ` for ${contact}` : ""} was declined: ${data.why}.`,
  },
  SECURITY_POLICY_CHANGED: {
    title: "Security changed",
    say: ({ actor, data }) =>
      data.from === data.to
        ? `${actor} changed the settings of "${securityModes[data.to].title}".`
        : `${actor} changed the portal's security from "${securityModes[data.from].title}" to "${securityModes[data.to].title}".`,
  },
  CLIENT_LANGUAGE_CHANGED: {
    title: "Client language changed",
    say: ({ actor, data }) =>
      `${actor} changed the language for clients from ${languages[data.from].englishName} to ${languages[data.to].englishName}.`,
  },
  TIME_ZONE_CHANGED: {
    title: "Time zone changed",
    say: ({ actor, data }) => `${actor} changed the firm's time zone from ${data.from} to ${data.to}.`,
  },
  CONTACT_CREATED: { title: "Contact created", say: ({ actor, data }) => `${actor} created the contact ${data.name}.` },
  CONTACT_UPDATED: { title: "Contact changed", say: ({ actor, data }) => `${actor} changed the contact ${data.name}.` },
  CONTACT_DELETED: {
    title: "Contact deleted",
    say: ({ actor, data }) =>
      `${actor} deleted a contact${"portalAccountId" in data ? " and its portal account" : ""} with ${count(data.requests, "request")}; what ${count(data.events, "event")} said about the person ${data.isErasing ? "is being" : "was"} erased.`,
  },
  CONTACT_DATA_EXPORTED: {
    title: "Client's data exported",
    say: ({ actor, data }) => `${actor} exported everything that is kept about ${data.name}.`,
  },
  CONTACT_REDIRECTED: {
    title: "Contact's requests moved",
    say: ({ actor, data }) => {
      const { name, from, to } = data;
      if (name === ERASED) return `A change by ${actor} changed who can open the requests of ${name}.`;
      const what =
        from === to
          ? `A change by ${actor} changed the login of ${name} (${to ?? "no email"})`
          : `${actor} changed the email of ${name} from ${from ?? "none"} to ${to ?? "none"}`;
      return `${what}, which changes who can open the contact's requests${redirectInWords(data)}.`;
    },
  },
  API_KEY_CREATED: {
    title: "API key created",
    say: ({ actor, data }) =>
      `${actor} created the API key "${data.name}" (${data.scopes.join(", ")})${shownOnce(data)}.`,
  },
  API_KEY_REVOKED: {
    title: "API key revoked",
    say: ({ actor, data }) => `${actor} revoked the API key "${data.name}".`,
  },
  WEBHOOK_CREATED: {
    title: "Webhook added",
    say: ({ actor, data }) =>
      `${actor} added the webhook ${data.url}${data.isShownOnce ? ", whose signing secret was shown once" : ""}.`,
  },
  WEBHOOK_DELETED: { title: "Webhook removed", say: ({ actor, data }) => `${actor} removed the webhook ${data.url}.` },
  WEBHOOK_SECRET_ROTATED: {
    title: "Webhook secret replaced",
    say: ({ actor, data }) =>
      `${actor} replaced the signing secret of the webhook ${data.url}${data.isShownOnce ? "; the new one was shown once" : ""}.`,
  },
  WEBHOOK_DISABLED: {
    title: "Webhook disabled",
    say: ({ data }) => `The webhook ${data.url} was disabled: deliveries to it failed.`,
  },
  WEBHOOK_REPLAYED: {
    title: "Webhook replayed",
    say: ({ actor, data }) => `${actor} asked to deliver earlier events to the webhook ${data.url} again.`,
  },
  PLAN_CHANGED: {
    title: "Plan changed",
    say: ({ data }) => `The firm's plan changed from ${plans[data.from].name} to ${plans[data.to].name}.`,
  },
  FIRM_CREATED: {
    title: "Firm created",
    say: ({ data }) => `Gatehouse's operator created the firm ${data.name}.`,
  },
  FIRM_DISABLED: {
    title: "Firm disabled",
    say: () => "Gatehouse's operator disabled the firm: nobody can sign in, and every session ended.",
  },
  FIRM_ENABLED: {
    title: "Firm enabled",
    say: () => "Gatehouse's operator enabled the firm again: everyone can sign in.",
  },
  ROLL_OUT_STARTED: {
    title: "2FA roll-out started",
    say: ({ actor, data }) =>
      `${actor} started to roll out two-factor authentication, required from ${data.startDay}: ${count(data.clients, "contact")} to notify.`,
  },
  ROLL_OUT_PAUSED: { title: "2FA roll-out paused", say: ({ actor }) => `${actor} paused the mails of the roll-out.` },
  ROLL_OUT_RESUMED: {
    title: "2FA roll-out resumed",
    say: ({ actor }) => `${actor} resumed the mails of the roll-out.`,
  },
  ROLL_OUT_FINISHED: { title: "2FA roll-out: all mails sent", say: () => "Every mail of the roll-out was sent." },
  ROLL_OUT_UNDONE: {
    title: "2FA roll-out undone",
    say: ({ actor, data }) =>
      `${actor} undid the roll-out of two-factor authentication${data.isTold ? "; clients already notified will be told that it is no longer required" : ""}.`,
  },
  TWO_FACTOR_ANNOUNCED: {
    title: "2FA roll-out mail",
    say: ({ contact, data }) => `${of(contact, data.email)} was ${rollOutMails[data.what]}.`,
  },
  AUDIT_LOG_EXPORTED: {
    title: "Audit log exported",
    say: ({ actor, data }) => `${actor} exported ${data.isWhole ? "the whole" : "part of the"} audit log.`,
  },
  REPORT_REQUESTED: {
    title: "Report requested",
    say: ({ actor, data }) => `${actor} asked for ${reportInWords(data)}.`,
  },
  REPORT_EXPORTED: {
    title: "Report exported",
    say: ({ actor, data }) => `${actor} ${data.file === "page" ? "looked at" : "exported"} ${reportInWords(data)}.`,
  },
  REPORT_SCHEDULE_CHANGED: {
    title: "Monthly reports changed",
    say: ({ actor, data: { colleagues } }) =>
      colleagues === 0
        ? `${actor} turned off the monthly reports.`
        : `${actor} set the monthly reports to be mailed to ${colleagues} ${colleagues === 1 ? "colleague" : "colleagues"}.`,
  },
  AUDIT_LOG_SEALED: {
    title: "Earlier events sealed",
    say: ({ data }) =>
      `Events ${data.fromSeq} to ${data.throughSeq} were added to the chain of digests, after they had been recorded without it.`,
  },
  AUDIT_LOG_TRIMMED: {
    title: "Old events deleted",
    say: ({ data }) => `Events up to number ${data.throughSeq} were deleted, as old as the operator keeps them.`,
  },
  CHECKPOINT_MAIL_CHANGED: {
    title: "Checkpoint mails changed",
    say: ({ actor, data }) =>
      `${actor} turned ${data.isOn ? "on" : "off"} the daily mail with a checkpoint of the log.`,
  },
  SIGN_IN_RETENTION_CHANGED: {
    title: "Retention of sign-ins changed",
    say: ({ actor, data }) =>
      `${actor} set that sign-in events keep names, addresses and devices ${keptInWords(data.days)}.`,
  },
  SIGN_IN_EVENTS_ERASED: {
    title: "Old sign-ins erased",
    say: ({ data }) =>
      `Names, addresses and devices in ${count(data.signIns, "sign-in event")} up to number ${data.throughSeq} are erased, as old as the firm keeps them.`,
  },
  AUDIT_LOG_CHECKPOINT: {
    title: "Log checkpoint signed",
    say: ({ data }) => `Gatehouse signed the log up to event ${data.seq}.`,
  },
  SESSIONS_VIEWED: {
    title: "Sessions viewed",
    say: ({ actor, contact, data }) =>
      `${actor} viewed the open sessions of ${of(contact, data.email)}: ${data.sessions === 0 ? "none" : data.sessions}.`,
  },
  ACT_REFUSED: {
    title: "Act refused",
    say: ({ actor, data: { act, missing, repeats } }) => {
      const times = repeats === 0 ? "" : ` ${repeats} more ${repeats === 1 ? "time" : "times"}`;
      return missing === null
        ? `${actor} was asked for a fresh proof of identity before "${actInWords(act)}"${times}.`
        : `${actor} was refused "${actInWords(act)}"${times}: it requires ${missing}.`;
    },
  },
  BRANDING_CHANGED: {
    title: "Branding changed",
    say: ({ actor, data }) => {
      const changes = [
        data.color && `color ${data.color}`,
        data.color === null && "the default color",
        data.logo === "set" && "a new logo",
        data.logo === "removed" && "no logo",
      ].filter(Boolean);
      return `${actor} changed the portal's branding: ${changes.join(", ")}.`;
    },
  },
};
export const auditEventTypes = Object.keys(auditEvents) as AuditEventType[];

/** The sentence of a stored event. */
export function summarize<T extends AuditEventType>(type: T, event: EventFacts<T>): string {
  return auditEvents[type].say(event);
}
