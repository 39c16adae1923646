import type { AuditEventType } from "./audit-events.js";

/** An event loses its facts with age ("SIGN_IN"), or keeps them for good, for this reason. */
type Judgement = "SIGN_IN" | { keepsFactsBecause: string };
const keeps = (reason: string): Judgement => ({ keepsFactsBecause: reason });

const actOfTheFirm = keeps("Who of the firm did it, and why, must be known for good.");
const changesAccess = keeps("It changes how somebody gets in: without it, nobody could explain what came later.");
const asksForAccess = keeps("It asks to change how somebody gets in, which a later change is explained by.");
const aboutAClient = keeps("It is about a client or a request, and goes with the contact.");
const aboutTheLog = keeps("It proves something about the log, and names nobody but the firm's own people.");

/**
 * Which events only tell that somebody got in, tried to, proved who they are, or left. They are many, they hold addresses
 * and devices, and nothing later depends on who and from where: their type, time, methods and ids are enough for every report. A
 * firm may let them lose their facts after some days (sign-in-retention-policy.ts); all others keep theirs.
 */
export const signInJudgements: Readonly<Record<AuditEventType, Judgement>> = {
  SIGN_IN_SUCCEEDED: "SIGN_IN",
  SIGN_IN_FAILED: "SIGN_IN",
  REAUTHENTICATION_SUCCEEDED: "SIGN_IN",
  REAUTHENTICATION_FAILED: "SIGN_IN",
  /** Beside the sign-in or the proof in which it was used. */
  RECOVERY_CODE_USED: "SIGN_IN",
  /** By itself, after failed attempts. */
  ACCOUNT_LOCKED: "SIGN_IN",
  SIGNED_OUT: "SIGN_IN",
  MAGIC_LINK_CLAIMED: "SIGN_IN",
  MAGIC_LINK_DECLINED: "SIGN_IN",

  ACCOUNT_CREATED: changesAccess,
  TWO_FACTOR_ENROLLED: changesAccess,
  TWO_FACTOR_DISABLED: changesAccess,
  TWO_FACTOR_RESET: actOfTheFirm,
  RECOVERY_CODES_REGENERATED: changesAccess,
  AUTHENTICATOR_SECRET_SHOWN: asksForAccess,
  TWO_FACTOR_ENROLLMENT_FAILED: asksForAccess,
  PASSKEY_ADDED: changesAccess,
  PASSKEY_REMOVED: changesAccess,
  /** Until when is among its facts. */
  DEVICE_TRUSTED: changesAccess,
  TRUSTED_DEVICE_REVOKED: changesAccess,
  ACCOUNT_UNLOCKED: actOfTheFirm,
  PASSWORD_CHANGED: changesAccess,
  PASSWORD_RESET_REQUESTED: asksForAccess,
  MAIL_SUPPRESSED: asksForAccess,
  LOGIN_EMAIL_CHANGE_REQUESTED: asksForAccess,
  LOGIN_EMAIL_CHANGED: changesAccess,
  ACCOUNT_DELETED: changesAccess,
  SESSIONS_REVOKED: actOfTheFirm,
  SUSPICION_REPORTED: changesAccess,
  TEAM_MEMBER_INVITED: actOfTheFirm,
  TEAM_MEMBER_JOINED: changesAccess,
  TEAM_MEMBER_CHANGED: actOfTheFirm,
  TEAM_MEMBER_REMOVED: actOfTheFirm,
  INVITE_SENT: actOfTheFirm,
  REQUEST_SENT: aboutAClient,
  REQUEST_ITEM_DONE: aboutAClient,
  REQUEST_ITEM_REOPENED: aboutAClient,
  REQUEST_COMPLETED: aboutAClient,
  /** To whom is among its facts. */
  MAGIC_LINK_SENT: aboutAClient,
  SECURITY_POLICY_CHANGED: actOfTheFirm,
  CLIENT_LANGUAGE_CHANGED: actOfTheFirm,
  TIME_ZONE_CHANGED: actOfTheFirm,
  CONTACT_CREATED: aboutAClient,
  CONTACT_UPDATED: aboutAClient,
  CONTACT_DELETED: actOfTheFirm,
  CONTACT_REDIRECTED: aboutAClient,
  API_KEY_CREATED: actOfTheFirm,
  API_KEY_REVOKED: actOfTheFirm,
  WEBHOOK_CREATED: actOfTheFirm,
  WEBHOOK_DELETED: actOfTheFirm,
  WEBHOOK_SECRET_ROTATED: actOfTheFirm,
  WEBHOOK_DISABLED: actOfTheFirm,
  WEBHOOK_REPLAYED: actOfTheFirm,
  PLAN_CHANGED: actOfTheFirm,
  FIRM_CREATED: actOfTheFirm,
  FIRM_DISABLED: actOfTheFirm,
  FIRM_ENABLED: actOfTheFirm,
  ROLL_OUT_STARTED: actOfTheFirm,
  ROLL_OUT_PAUSED: actOfTheFirm,
  ROLL_OUT_RESUMED: actOfTheFirm,
  ROLL_OUT_FINISHED: actOfTheFirm,
  ROLL_OUT_UNDONE: actOfTheFirm,
  TWO_FACTOR_ANNOUNCED: aboutAClient,
  AUDIT_LOG_SEALED: aboutTheLog,
  AUDIT_LOG_TRIMMED: aboutTheLog,
  AUDIT_LOG_CHECKPOINT: aboutTheLog,
  SIGN_IN_EVENTS_ERASED: aboutTheLog,
  SIGN_IN_RETENTION_CHANGED: actOfTheFirm,
  CHECKPOINT_MAIL_CHANGED: actOfTheFirm,
  AUDIT_LOG_EXPORTED: actOfTheFirm,
  REPORT_EXPORTED: actOfTheFirm,
  CONTACT_DATA_EXPORTED: actOfTheFirm,
  REPORT_REQUESTED: actOfTheFirm,
  REPORT_SCHEDULE_CHANGED: actOfTheFirm,
  /** Who of the firm looked at whom. */
  SESSIONS_VIEWED: actOfTheFirm,
  /** What somebody known tried without the right to it. */
  ACT_REFUSED: actOfTheFirm,
  BRANDING_CHANGED: actOfTheFirm,
};

/** The events whose facts a firm may let go with age. */
export const signInEventTypes: readonly AuditEventType[] = (Object.keys(signInJudgements) as AuditEventType[]).filter(
  (type) => signInJudgements[type] === "SIGN_IN",
);
const ofSignIns: ReadonlySet<string> = new Set(signInEventTypes);
export const isSignInEvent = (type: string): boolean => ofSignIns.has(type);
