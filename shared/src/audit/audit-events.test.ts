import { describe, expect, it } from "@jest/globals";
import type { SignInMethod } from "../sign-in/sign-in-methods.js";
import { auditEventKinds, auditEventTypesOf, type AuditEventKind } from "./audit-event-kinds.js";
import {
  auditEvents,
  auditEventTypes,
  summarize,
  type AuditEventType,
  type ReauthenticationPurpose,
  type StoredEventData,
} from "./audit-events.js";

/** An event as an auditor reads it, done by Olive and about Maya. */
const says = <T extends AuditEventType>(
  type: T,
  data: StoredEventData<T>,
  title: string,
  sentence: string,
  methods?: SignInMethod[],
) => ({
  type,
  title,
  sentence,
  read: () => summarize(type, { actor: "Olive", contact: "Maya", ...(methods && { methods }), data }),
});

describe("the audit log", () => {
  const events = [
    says(
      "ACCOUNT_CREATED",
      { email: "maya@client.example" },
      "Portal account created",
      "Maya (maya@client.example) created a portal account.",
    ),
    says(
      "DEVICE_TRUSTED",
      {
        email: "maya@client.example",
        trustedDeviceId: "dev_1",
        browser: "Chrome on Windows",
        days: 14,
        until: "2026-12-14T09:00:00.000Z",
      },
      "Device trusted",
      "Maya (maya@client.example) trusted a device (Chrome on Windows): it may skip the code for 14 days.",
    ),
    says(
      "TRUSTED_DEVICE_REVOKED",
      { email: "maya@client.example", trustedDeviceIds: ["dev_1"], why: "REVOKED" },
      "Device no longer trusted",
      "Olive removed 1 trusted device of Maya (maya@client.example): the code is asked for there again.",
    ),
    says(
      "TRUSTED_DEVICE_REVOKED",
      { email: "maya@client.example", trustedDeviceIds: ["dev_1", "dev_2"], why: "PASSWORD_RESET" },
      "Device no longer trusted",
      "Maya (maya@client.example) lost 2 trusted devices: the password was reset.",
    ),
    says(
      "TWO_FACTOR_ENROLLED",
      { email: "maya@client.example" },
      "2FA set up",
      "Maya (maya@client.example) set up two-factor authentication.",
    ),
    says(
      "TWO_FACTOR_ENROLLED",
      { email: "maya@client.example", recoveryCodes: 10 },
      "2FA set up",
      "Maya (maya@client.example) set up two-factor authentication; 10 recovery codes were shown once.",
    ),
    says(
      "AUTHENTICATOR_SECRET_SHOWN",
      { email: "maya@client.example", replaces: false },
      "Authenticator secret shown",
      "A new authenticator secret was shown to Maya (maya@client.example).",
    ),
    says(
      "AUTHENTICATOR_SECRET_SHOWN",
      { email: "maya@client.example", replaces: true },
      "Authenticator secret shown",
      "A new authenticator secret was shown to Maya (maya@client.example), to replace the current one.",
    ),
    says(
      "TWO_FACTOR_ENROLLMENT_FAILED",
      { email: "maya@client.example", clockDriftSeconds: null },
      "2FA set-up failed",
      "Maya (maya@client.example) entered a wrong first code of a new authenticator.",
    ),
    says(
      "TWO_FACTOR_ENROLLMENT_FAILED",
      { email: "maya@client.example", clockDriftSeconds: -90 },
      "2FA set-up failed",
      "Maya (maya@client.example) entered a wrong first code of a new authenticator: the clock of its device is off by 90 seconds.",
    ),
    says(
      "TWO_FACTOR_DISABLED",
      { email: "maya@client.example" },
      "2FA turned off",
      "Maya (maya@client.example) turned off two-factor authentication.",
    ),
    says(
      "TWO_FACTOR_RESET",
      { email: "maya@client.example" },
      "2FA reset",
      "Olive reset two-factor authentication for Maya (maya@client.example).",
    ),
    says(
      "RECOVERY_CODE_USED",
      { email: "maya@client.example", remaining: 9 },
      "Recovery code used",
      "Maya (maya@client.example) used a recovery code; 9 codes left.",
    ),
    says(
      "RECOVERY_CODE_USED",
      { email: "maya@client.example", remaining: 1 },
      "Recovery code used",
      "Maya (maya@client.example) used a recovery code; 1 code left.",
    ),
    says(
      "RECOVERY_CODES_REGENERATED",
      { email: "maya@client.example" },
      "Recovery codes replaced",
      "Maya (maya@client.example) generated new recovery codes, which were shown once.",
    ),
    says(
      "PASSKEY_ADDED",
      { email: "maya@client.example", name: "Laptop" },
      "Passkey added",
      'Maya (maya@client.example) added the passkey "Laptop".',
    ),
    says(
      "PASSKEY_REMOVED",
      { email: "maya@client.example", name: "Laptop" },
      "Passkey removed",
      'Maya (maya@client.example) removed the passkey "Laptop".',
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", secondFactor: true },
      "Signed in",
      "Maya (maya@client.example) signed in with two-factor authentication or on a trusted device.",
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", door: "PASSWORD", sessionId: "ses_1" },
      "Signed in",
      "Maya (maya@client.example) signed in with password and a code from the app.",
      ["PASSWORD", "TOTP"],
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", door: "PASSWORD", sessionId: "ses_1" },
      "Signed in",
      "Maya (maya@client.example) signed in with password, on a trusted device (no code was asked for).",
      ["PASSWORD", "TRUSTED_DEVICE"],
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", door: "PASSWORD_RESET", sessionId: "ses_1" },
      "Signed in",
      "Maya (maya@client.example) signed in with a mailed link to reset the password and a passkey.",
      ["RESET_LINK", "PASSKEY"],
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", door: "MAGIC_LINK", sessionId: "ses_1", requestId: "req_1", title: "Tax return" },
      "Signed in",
      'Maya (maya@client.example) opened "Tax return" with a magic link and a recovery code.',
      ["MAGIC_LINK", "RECOVERY_CODE"],
    ),
    says(
      "REAUTHENTICATION_SUCCEEDED",
      { email: "maya@client.example", sessionId: "ses_2", previousSessionId: "ses_1" },
      "Identity confirmed",
      "Maya (maya@client.example) confirmed their identity with password and a code from the app.",
      ["PASSWORD", "TOTP"],
    ),
    says(
      "SIGNED_OUT",
      { email: "maya@client.example", sessionId: "ses_1" },
      "Signed out",
      "Maya (maya@client.example) signed out.",
    ),
    says(
      "ACCOUNT_CREATED",
      { email: "maya@client.example" },
      "Portal account created",
      "Maya (maya@client.example) created a portal account with a mailed invitation or confirmation.",
      ["INVITATION"],
    ),
    says(
      "TEAM_MEMBER_JOINED",
      { email: "kim@harbor.example" },
      "Team member joined",
      "kim@harbor.example joined the team with a mailed invitation or confirmation and password.",
      ["INVITATION", "PASSWORD"],
    ),
    says(
      "MAGIC_LINK_CLAIMED",
      { title: "Tax return", email: "maya@client.example", requestId: "req_1", sessionId: "ses_1" },
      "Magic link opened",
      'Maya (maya@client.example) opened "Tax return" with its link.',
      ["MAGIC_LINK"],
    ),
    says(
      "MAGIC_LINK_CLAIMED",
      { title: "Tax return", email: "maya@client.example", requestId: "req_1", sessionId: null },
      "Magic link opened",
      'Maya (maya@client.example) followed the link to "Tax return", which asked for more proof.',
      ["MAGIC_LINK"],
    ),
    says(
      "SIGN_IN_SUCCEEDED",
      { email: "maya@client.example", secondFactor: false },
      "Signed in",
      "Maya (maya@client.example) signed in.",
    ),
    says(
      "SIGN_IN_FAILED",
      { email: "maya@client.example", what: "recovery code" },
      "Sign-in failed",
      "A sign-in as Maya (maya@client.example) failed: wrong recovery code.",
    ),
    says(
      "REAUTHENTICATION_FAILED",
      { email: "maya@client.example", what: "code", purpose: "PASSWORD_CHANGE" },
      "Confirmation failed",
      "A wrong code was entered in a session of Maya (maya@client.example), to change the password.",
    ),
    says(
      "MAIL_SUPPRESSED",
      { email: "maya@client.example", what: "sign-in code" },
      "Mail held back",
      "Another sign-in code was not sent to Maya (maya@client.example): too many were requested.",
    ),
    says(
      "CONTACT_DELETED",
      { requests: 1, links: 0, events: 12 },
      "Contact deleted",
      "Olive deleted a contact with 1 request; what 12 events said about the person was erased.",
    ),
    says(
      "CONTACT_DELETED",
      { requests: 0, links: 0, events: 4000, isErasing: true },
      "Contact deleted",
      "Olive deleted a contact with 0 requests; what 4000 events said about the person is being erased.",
    ),
    says(
      "CONTACT_DATA_EXPORTED",
      { name: "Maya" },
      "Client's data exported",
      "Olive exported everything that is kept about Maya.",
    ),
    says(
      "CONTACT_REDIRECTED",
      { name: "Maya", from: "maya@client.example", to: null },
      "Contact's requests moved",
      "Olive changed the email of Maya from maya@client.example to none, which changes who can open the contact's requests.",
    ),
    says(
      "CONTACT_REDIRECTED",
      {
        name: "Maya",
        from: "maya@client.example",
        to: "noah@client.example",
        loginBefore: "maya@client.example",
        loginAfter: "noah@client.example",
        requests: 3,
        accountIds: ["acc_1", "acc_2"],
      },
      "Contact's requests moved",
      "Olive changed the email of Maya from maya@client.example to noah@client.example, which changes who can open the contact's requests: 3 requests; the login noah@client.example can open them now, and maya@client.example no longer.",
    ),
    says(
      "CONTACT_REDIRECTED",
      { name: "Maya", from: "m@x.example", to: "n@x.example", loginBefore: null, loginAfter: null, requests: 1 },
      "Contact's requests moved",
      "Olive changed the email of Maya from m@x.example to n@x.example, which changes who can open the contact's requests: 1 request; no login can open them until n@x.example creates one.",
    ),
    says(
      "CONTACT_REDIRECTED",
      { name: "Maya", from: "m@x.example", to: null, loginBefore: "m@x.example", loginAfter: null, requests: 0 },
      "Contact's requests moved",
      "Olive changed the email of Maya from m@x.example to none, which changes who can open the contact's requests: 0 requests; no login can open them now, and m@x.example no longer.",
    ),
    says(
      "CONTACT_REDIRECTED",
      {
        name: "Maya",
        from: "m@x.example",
        to: "m@x.example",
        loginBefore: "n@x.example",
        loginAfter: "m@x.example",
        requests: 2,
      },
      "Contact's requests moved",
      "A change by Olive changed the login of Maya (m@x.example), which changes who can open the contact's requests: 2 requests; the login m@x.example can open them now, and n@x.example no longer.",
    ),
    says(
      "CONTACT_REDIRECTED",
      { name: "Maya", from: null, to: "noah@client.example" },
      "Contact's requests moved",
      "Olive changed the email of Maya from none to noah@client.example, which changes who can open the contact's requests.",
    ),
    says(
      "ACCOUNT_LOCKED",
      { email: "maya@client.example", minutes: 1, what: "password" },
      "Account locked",
      "Maya (maya@client.example) is locked for 1 minute after too many failed attempts (password).",
    ),
    says(
      "ACCOUNT_LOCKED",
      { email: "maya@client.example", minutes: 119, what: "password" },
      "Account locked",
      "Maya (maya@client.example) is locked for 119 minutes after too many failed attempts (password).",
    ),
    says(
      "ACCOUNT_LOCKED",
      { email: "maya@client.example", minutes: 120, what: "second factor" },
      "Account locked",
      "Maya (maya@client.example) is locked for 2 hours after too many failed attempts (second factor).",
    ),
    says(
      "ACCOUNT_LOCKED",
      { email: "maya@client.example", minutes: 1440, what: "second factor" },
      "Account locked",
      "Maya (maya@client.example) is locked for 24 hours after too many failed attempts (second factor).",
    ),
    says(
      "ACCOUNT_LOCKED",
      { email: "maya@client.example", minutes: 36_500 * 1440, what: "second factor" },
      "Account locked",
      "Maya (maya@client.example) is locked for 100 years after too many failed attempts (second factor).",
    ),
    says(
      "ACCOUNT_UNLOCKED",
      { email: "maya@client.example" },
      "Account unlocked",
      "Olive unlocked Maya (maya@client.example).",
    ),
    says(
      "PASSWORD_CHANGED",
      { email: "maya@client.example", by: "change" },
      "Password changed",
      "Maya (maya@client.example) changed the password.",
    ),
    says(
      "PASSWORD_CHANGED",
      { email: "maya@client.example", by: "reset" },
      "Password changed",
      "Maya (maya@client.example) reset the password.",
    ),
    says(
      "PASSWORD_RESET_REQUESTED",
      { email: "maya@client.example" },
      "Password reset requested",
      "Olive requested a password reset for Maya (maya@client.example).",
    ),
    says(
      "LOGIN_EMAIL_CHANGED",
      { from: "maya@client.example", to: "maya@new.example" },
      "Login email changed",
      "The login email of Maya changed from maya@client.example to maya@new.example.",
    ),
    says(
      "ACCOUNT_DELETED",
      { email: "maya@client.example" },
      "Portal account deleted",
      "Olive deleted the portal account of Maya (maya@client.example).",
    ),
    says(
      "SESSIONS_REVOKED",
      { email: "maya@client.example", sessions: 2 },
      "Sessions ended",
      "Olive ended 2 sessions of Maya (maya@client.example).",
    ),
    says(
      "SESSIONS_REVOKED",
      { email: "maya@client.example", sessions: 1 },
      "Sessions ended",
      "Olive ended 1 session of Maya (maya@client.example).",
    ),
    says(
      "SUSPICION_REPORTED",
      { email: "maya@client.example" },
      "Suspicious change reported",
      "Maya (maya@client.example) reported a change that they did not make; all of their sessions were ended.",
    ),
    says(
      "TEAM_MEMBER_INVITED",
      { email: "kim@harbor.example", role: "ADMIN" },
      "Team member invited",
      "Olive invited kim@harbor.example to the team as administrator.",
    ),
    says(
      "TEAM_MEMBER_JOINED",
      { email: "kim@harbor.example" },
      "Team member joined",
      "kim@harbor.example joined the team.",
    ),
    says(
      "TEAM_MEMBER_CHANGED",
      { email: "kim@harbor.example", role: "STAFF" },
      "Team member changed",
      "Olive changed the team member kim@harbor.example, now staff.",
    ),
    says(
      "TEAM_MEMBER_REMOVED",
      { email: "kim@harbor.example" },
      "Team member removed",
      "Olive removed kim@harbor.example from the team.",
    ),
    says(
      "INVITE_SENT",
      { email: "maya@client.example" },
      "Invitation sent",
      "Olive invited Maya (maya@client.example) to the portal.",
    ),
    says(
      "REQUEST_SENT",
      { title: "Tax return", email: "maya@client.example" },
      "Request sent",
      'Olive sent "Tax return" to Maya (maya@client.example).',
    ),
    says(
      "REQUEST_ITEM_DONE",
      { title: "Tax return", item: "Payroll", email: "maya@client.example" },
      "Item ticked off",
      'Maya (maya@client.example) ticked off "Payroll" in "Tax return".',
    ),
    says(
      "REQUEST_ITEM_REOPENED",
      { title: "Tax return", item: "Payroll", email: "maya@client.example" },
      "Item reopened",
      'Maya (maya@client.example) reopened "Payroll" in "Tax return".',
    ),
    says(
      "REQUEST_COMPLETED",
      { title: "Tax return", email: "maya@client.example" },
      "Request completed",
      'Maya (maya@client.example) completed "Tax return".',
    ),
    says(
      "MAGIC_LINK_SENT",
      { title: "Tax return", email: "maya@client.example" },
      "Magic link sent",
      'A new link to "Tax return" was sent to Maya (maya@client.example).',
    ),
    says(
      "MAGIC_LINK_CLAIMED",
      { title: "Tax return", email: "maya@client.example" },
      "Magic link opened",
      'Maya (maya@client.example) opened "Tax return" with its link.',
    ),
    says(
      "MAGIC_LINK_DECLINED",
      { title: "Tax return", why: "other device" },
      "Magic link declined",
      'A link to "Tax return" for Maya was declined: other device.',
    ),
    says(
      "SECURITY_POLICY_CHANGED",
      { from: "MAGIC_LINK_ONLY", to: "MAGIC_LINK_AND_LOGIN" },
      "Security changed",
      'Olive changed the portal\'s security from "Magic link only" to "Magic link and login".',
    ),
    says(
      "SECURITY_POLICY_CHANGED",
      { from: "MAGIC_LINK_ONLY", to: "MAGIC_LINK_ONLY" },
      "Security changed",
      'Olive changed the settings of "Magic link only".',
    ),
    says(
      "CLIENT_LANGUAGE_CHANGED",
      { from: "EN", to: "FR" },
      "Client language changed",
      "Olive changed the language for clients from English to French.",
    ),
    says(
      "TIME_ZONE_CHANGED",
      { from: "UTC", to: "Europe/Paris" },
      "Time zone changed",
      "Olive changed the firm's time zone from UTC to Europe/Paris.",
    ),
    says("CONTACT_CREATED", { name: "Maya" }, "Contact created", "Olive created the contact Maya."),
    says("CONTACT_UPDATED", { name: "Maya" }, "Contact changed", "Olive changed the contact Maya."),
    says(
      "API_KEY_CREATED",
      { name: "Books", scopes: ["CONTACTS_READ", "AUDIT_READ"] },
      "API key created",
      'Olive created the API key "Books" (CONTACTS_READ, AUDIT_READ).',
    ),
    says(
      "API_KEY_CREATED",
      { name: "Books", scopes: ["AUDIT_READ"], isShownOnce: true },
      "API key created",
      'Olive created the API key "Books" (AUDIT_READ), which was shown once.',
    ),
    says("API_KEY_REVOKED", { name: "Books" }, "API key revoked", 'Olive revoked the API key "Books".'),
    says(
      "WEBHOOK_CREATED",
      { url: "https://hooks.example/a" },
      "Webhook added",
      "Olive added the webhook https://hooks.example/a.",
    ),
    says(
      "WEBHOOK_CREATED",
      { url: "https://hooks.example/a", isShownOnce: true },
      "Webhook added",
      "Olive added the webhook https://hooks.example/a, whose signing secret was shown once.",
    ),
    says(
      "WEBHOOK_DELETED",
      { url: "https://hooks.example/a" },
      "Webhook removed",
      "Olive removed the webhook https://hooks.example/a.",
    ),
    says(
      "WEBHOOK_SECRET_ROTATED",
      { url: "https://hooks.example/a" },
      "Webhook secret replaced",
      "Olive replaced the signing secret of the webhook https://hooks.example/a.",
    ),
    says(
      "WEBHOOK_SECRET_ROTATED",
      { url: "https://hooks.example/a", isShownOnce: true },
      "Webhook secret replaced",
      "Olive replaced the signing secret of the webhook https://hooks.example/a; the new one was shown once.",
    ),
    says(
      "WEBHOOK_DISABLED",
      { url: "https://hooks.example/a" },
      "Webhook disabled",
      "The webhook https://hooks.example/a was disabled: deliveries to it failed.",
    ),
    says(
      "WEBHOOK_REPLAYED",
      { url: "https://hooks.example", webhookEndpointId: "whe_1" },
      "Webhook replayed",
      "Olive asked to deliver earlier events to the webhook https://hooks.example again.",
    ),
    says(
      "LOGIN_EMAIL_CHANGE_REQUESTED",
      { from: "maya@client.example", to: "new@client.example" },
      "Login email change requested",
      "Olive asked to change the login email of Maya from maya@client.example to new@client.example, once the new address confirms it.",
    ),
    says(
      "FIRM_CREATED",
      { name: "Harbor & Pine", version: 1 },
      "Firm created",
      "Gatehouse's operator created the firm Harbor & Pine.",
    ),
    says(
      "FIRM_DISABLED",
      {},
      "Firm disabled",
      "Gatehouse's operator disabled the firm: nobody can sign in, and every session ended.",
    ),
    says("FIRM_ENABLED", {}, "Firm enabled", "Gatehouse's operator enabled the firm again: everyone can sign in."),
    says(
      "PLAN_CHANGED",
      { from: "TEAM", to: "BUSINESS" },
      "Plan changed",
      "The firm's plan changed from Team to Business.",
    ),
    says(
      "ROLL_OUT_STARTED",
      { startDay: "1 December 2026", clients: 12 },
      "2FA roll-out started",
      "Olive started to roll out two-factor authentication, required from 1 December 2026: 12 contacts to notify.",
    ),
    says(
      "ROLL_OUT_STARTED",
      { startDay: "1 December 2026", clients: 1 },
      "2FA roll-out started",
      "Olive started to roll out two-factor authentication, required from 1 December 2026: 1 contact to notify.",
    ),
    says("ROLL_OUT_PAUSED", {}, "2FA roll-out paused", "Olive paused the mails of the roll-out."),
    says("ROLL_OUT_RESUMED", {}, "2FA roll-out resumed", "Olive resumed the mails of the roll-out."),
    says("ROLL_OUT_FINISHED", {}, "2FA roll-out: all mails sent", "Every mail of the roll-out was sent."),
    says(
      "ROLL_OUT_UNDONE",
      { isTold: true },
      "2FA roll-out undone",
      "Olive undid the roll-out of two-factor authentication; clients already notified will be told that it is no longer required.",
    ),
    says(
      "ROLL_OUT_UNDONE",
      { isTold: false },
      "2FA roll-out undone",
      "Olive undid the roll-out of two-factor authentication.",
    ),
    says(
      "TWO_FACTOR_ANNOUNCED",
      { email: "maya@client.example", what: "announcement" },
      "2FA roll-out mail",
      "Maya (maya@client.example) was notified that two-factor authentication will be required.",
    ),
    says(
      "TWO_FACTOR_ANNOUNCED",
      { email: "maya@client.example", what: "reminder" },
      "2FA roll-out mail",
      "Maya (maya@client.example) was reminded to set up two-factor authentication.",
    ),
    says(
      "TWO_FACTOR_ANNOUNCED",
      { email: "maya@client.example", what: "calling off" },
      "2FA roll-out mail",
      "Maya (maya@client.example) was notified that two-factor authentication will not be required after all.",
    ),
    says("AUDIT_LOG_EXPORTED", { isWhole: true }, "Audit log exported", "Olive exported the whole audit log."),
    says("AUDIT_LOG_EXPORTED", { isWhole: false }, "Audit log exported", "Olive exported part of the audit log."),
    says(
      "AUDIT_LOG_SEALED",
      { fromSeq: 1, throughSeq: 20 },
      "Earlier events sealed",
      "Events 1 to 20 were added to the chain of digests, after they had been recorded without it.",
    ),
    says(
      "AUDIT_LOG_TRIMMED",
      { throughSeq: 20, digest: "d", signedAt: "2026-01-31T09:00:00.000Z", keyId: "k", signature: "s" },
      "Old events deleted",
      "Events up to number 20 were deleted, as old as the operator keeps them.",
    ),
    says(
      "AUDIT_LOG_CHECKPOINT",
      { seq: 20, digest: "d", signedAt: "2026-01-31T09:00:00.000Z", keyId: "k", signature: "s" },
      "Log checkpoint signed",
      "Gatehouse signed the log up to event 20.",
    ),
    says(
      "CHECKPOINT_MAIL_CHANGED",
      { isOn: true },
      "Checkpoint mails changed",
      "Olive turned on the daily mail with a checkpoint of the log.",
    ),
    says(
      "SIGN_IN_RETENTION_CHANGED",
      { days: 365 },
      "Retention of sign-ins changed",
      "Olive set that sign-in events keep names, addresses and devices for 1 year.",
    ),
    says(
      "SIGN_IN_RETENTION_CHANGED",
      { days: null },
      "Retention of sign-ins changed",
      "Olive set that sign-in events keep names, addresses and devices for ever.",
    ),
    says(
      "SIGN_IN_EVENTS_ERASED",
      {
        throughSeq: 90,
        olderThan: "2026-01-31T00:00:00.000Z",
        signIns: 1,
        digest: "d",
        signedAt: "2026-03-02T09:00:00.000Z",
        keyId: "k",
        signature: "s",
      },
      "Old sign-ins erased",
      "Names, addresses and devices in 1 sign-in event up to number 90 are erased, as old as the firm keeps them.",
    ),
    says(
      "REPORT_EXPORTED",
      { report: "access", file: "pdf", seq: 7, asOf: "2026-11-30T12:00:00.000Z" },
      "Report exported",
      'Olive exported the report "Who has access" as of 30 November 2026 at 12:00 UTC.',
    ),
    says(
      "REPORT_EXPORTED",
      { report: "changes", file: "csv", seq: 7, since: "2026-01-01", until: "2026-12-31" },
      "Report exported",
      'Olive exported the report "Security changes" from 2026-01-01 to 2026-12-31.',
    ),
    says(
      "REPORT_EXPORTED",
      { report: "adoption", file: "page", reportId: "rpt_1", seq: 7, since: "2026-01-01", until: "2026-01-31" },
      "Report exported",
      'Olive looked at the report "2FA adoption" from 2026-01-01 to 2026-01-31.',
    ),
    says(
      "REPORT_REQUESTED",
      { report: "access", reportId: "rpt_1", seq: 7, asOf: "2026-11-30T12:00:00.000Z" },
      "Report requested",
      'Olive asked for the report "Who has access" as of 30 November 2026 at 12:00 UTC.',
    ),
    says(
      "REPORT_SCHEDULE_CHANGED",
      { colleagues: 2 },
      "Monthly reports changed",
      "Olive set the monthly reports to be mailed to 2 colleagues.",
    ),
    says(
      "REPORT_SCHEDULE_CHANGED",
      { colleagues: 1 },
      "Monthly reports changed",
      "Olive set the monthly reports to be mailed to 1 colleague.",
    ),
    says(
      "REPORT_SCHEDULE_CHANGED",
      { colleagues: 0 },
      "Monthly reports changed",
      "Olive turned off the monthly reports.",
    ),
    says(
      "SESSIONS_VIEWED",
      { email: "maya@client.example", sessions: 2 },
      "Sessions viewed",
      "Olive viewed the open sessions of Maya (maya@client.example): 2.",
    ),
    ...(
      [
        [
          { missing: "the scope AUDIT_READ", repeats: 0 },
          'refused "create API key": it requires the scope AUDIT_READ.',
        ],
        [
          { missing: "the role OWNER", repeats: 1 },
          'refused "create API key" 1 more time: it requires the role OWNER.',
        ],
        [{ missing: null, repeats: 0 }, 'asked for a fresh proof of identity before "create API key".'],
        [{ missing: null, repeats: 20 }, 'asked for a fresh proof of identity before "create API key" 20 more times.'],
      ] as const
    ).map(([more, sentence]) =>
      says(
        "ACT_REFUSED",
        { act: "createApiKey", code: "FORBIDDEN", sessionId: null, ...more },
        "Act refused",
        `Olive was ${sentence}`,
      ),
    ),
    says(
      "ACT_REFUSED",
      { act: "resetTwoFactor", code: "STEP_UP_REQUIRED", missing: null, sessionId: "ses_1", repeats: 0 },
      "Act refused",
      'Olive was asked for a fresh proof of identity before "reset two-factor".',
    ),
    says(
      "BRANDING_CHANGED",
      { color: "#0b5f4e", logo: "set" },
      "Branding changed",
      "Olive changed the portal's branding: color #0b5f4e, a new logo.",
    ),
    says(
      "BRANDING_CHANGED",
      { color: null, logo: "removed" },
      "Branding changed",
      "Olive changed the portal's branding: the default color, no logo.",
    ),
    says("BRANDING_CHANGED", { logo: "set" }, "Branding changed", "Olive changed the portal's branding: a new logo."),
  ];

  it.each(events)("describes $type: $sentence", ({ type, title, sentence, read }) => {
    expect(auditEvents[type].title).toBe(title);
    expect(read()).toBe(sentence);
  });

  it("has each event's sentence in this table", () =>
    expect([...new Set(events.map(({ type }) => type))].toSorted()).toEqual(auditEventTypes.toSorted()));

  it.each<[ReauthenticationPurpose, string]>([
    ["STEP_UP", "to confirm their identity"],
    ["PASSWORD_CHANGE", "to change the password"],
    ["ENROLLMENT", "to replace the authenticator"],
    ["FIRST_ENROLLMENT", "to set up two-factor authentication"],
    ["TWO_FACTOR_REMOVAL", "to turn off two-factor authentication"],
    ["RECOVERY_CODES", "to replace the recovery codes"],
  ])("says what a confirmation was for: %s is %s", (purpose, words) =>
    expect(
      summarize("REAUTHENTICATION_FAILED", {
        actor: "Olive",
        contact: null,
        data: { email: "maya@client.example", what: "password", purpose },
      }),
    ).toBe(`A wrong password was entered in a session of maya@client.example, ${words}.`),
  );

  it("calls a code from an email an emailed code", () => {
    const data = { email: "maya@client.example", what: "email code" } as const;
    expect(summarize("SIGN_IN_FAILED", { actor: "Olive", contact: null, data })).toBe(
      "A sign-in as maya@client.example failed: wrong emailed code.",
    );
    expect(
      summarize("REAUTHENTICATION_FAILED", {
        actor: "Olive",
        contact: null,
        data: { ...data, purpose: "FIRST_ENROLLMENT" },
      }),
    ).toBe(
      "A wrong emailed code was entered in a session of maya@client.example, to set up two-factor authentication.",
    );
  });

  it("calls a contact by the address if the name is not known", () => {
    expect(
      summarize("ACCOUNT_CREATED", { actor: "Olive", contact: null, data: { email: "maya@client.example" } }),
    ).toBe("maya@client.example created a portal account.");
    expect(
      summarize("LOGIN_EMAIL_CHANGED", {
        actor: "Olive",
        contact: null,
        data: { from: "maya@client.example", to: "maya@new.example" },
      }),
    ).toBe("The login email of maya@client.example changed from maya@client.example to maya@new.example.");
    expect(
      summarize("MAGIC_LINK_DECLINED", {
        actor: "Olive",
        contact: null,
        data: { title: "Tax return", why: "expired" },
      }),
    ).toBe('A link to "Tax return" was declined: expired.');
  });
});

describe("what events are about", () => {
  it("is one of nine things, and each event is about exactly one", () => {
    const kinds = Object.keys(auditEventKinds) as AuditEventKind[];
    expect(kinds.flatMap(auditEventTypesOf).toSorted()).toEqual(auditEventTypes.toSorted());
    expect(kinds.filter((kind) => auditEventTypesOf(kind).length === 0)).toEqual([]);
  });

  it.each<[AuditEventKind, AuditEventType[]]>([
    [
      "SIGN_INS",
      [
        "ACCOUNT_LOCKED",
        "ACCOUNT_UNLOCKED",
        "REAUTHENTICATION_FAILED",
        "REAUTHENTICATION_SUCCEEDED",
        "SESSIONS_REVOKED",
        "SIGNED_OUT",
        "SIGN_IN_FAILED",
        "SIGN_IN_SUCCEEDED",
      ],
    ],
    [
      "TWO_FACTOR",
      [
        "AUTHENTICATOR_SECRET_SHOWN",
        "DEVICE_TRUSTED",
        "PASSKEY_ADDED",
        "PASSKEY_REMOVED",
        "RECOVERY_CODES_REGENERATED",
        "RECOVERY_CODE_USED",
        "ROLL_OUT_FINISHED",
        "ROLL_OUT_PAUSED",
        "ROLL_OUT_RESUMED",
        "ROLL_OUT_STARTED",
        "ROLL_OUT_UNDONE",
        "TRUSTED_DEVICE_REVOKED",
        "TWO_FACTOR_ANNOUNCED",
        "TWO_FACTOR_DISABLED",
        "TWO_FACTOR_ENROLLED",
        "TWO_FACTOR_ENROLLMENT_FAILED",
        "TWO_FACTOR_RESET",
      ],
    ],
    [
      "ACCOUNTS",
      [
        "ACCOUNT_CREATED",
        "ACCOUNT_DELETED",
        "INVITE_SENT",
        "LOGIN_EMAIL_CHANGED",
        "LOGIN_EMAIL_CHANGE_REQUESTED",
        "MAIL_SUPPRESSED",
        "PASSWORD_CHANGED",
        "PASSWORD_RESET_REQUESTED",
        "SUSPICION_REPORTED",
      ],
    ],
    [
      "REQUESTS",
      [
        "MAGIC_LINK_CLAIMED",
        "MAGIC_LINK_DECLINED",
        "MAGIC_LINK_SENT",
        "REQUEST_COMPLETED",
        "REQUEST_ITEM_DONE",
        "REQUEST_ITEM_REOPENED",
        "REQUEST_SENT",
      ],
    ],
    ["CONTACTS", ["CONTACT_CREATED", "CONTACT_DELETED", "CONTACT_REDIRECTED", "CONTACT_UPDATED"]],
    ["TEAM", ["TEAM_MEMBER_CHANGED", "TEAM_MEMBER_INVITED", "TEAM_MEMBER_JOINED", "TEAM_MEMBER_REMOVED"]],
    [
      "SETTINGS",
      [
        "API_KEY_CREATED",
        "API_KEY_REVOKED",
        "BRANDING_CHANGED",
        "CLIENT_LANGUAGE_CHANGED",
        "FIRM_CREATED",
        "FIRM_DISABLED",
        "FIRM_ENABLED",
        "PLAN_CHANGED",
        "SECURITY_POLICY_CHANGED",
        "TIME_ZONE_CHANGED",
        "WEBHOOK_CREATED",
        "WEBHOOK_DELETED",
        "WEBHOOK_DISABLED",
        "WEBHOOK_REPLAYED",
        "WEBHOOK_SECRET_ROTATED",
      ],
    ],
    [
      "LOG",
      [
        "AUDIT_LOG_CHECKPOINT",
        "AUDIT_LOG_SEALED",
        "AUDIT_LOG_TRIMMED",
        "CHECKPOINT_MAIL_CHANGED",
        "SIGN_IN_EVENTS_ERASED",
        "SIGN_IN_RETENTION_CHANGED",
      ],
    ],
    [
      "OVERSIGHT",
      [
        "ACT_REFUSED",
        "AUDIT_LOG_EXPORTED",
        "CONTACT_DATA_EXPORTED",
        "REPORT_EXPORTED",
        "REPORT_REQUESTED",
        "REPORT_SCHEDULE_CHANGED",
        "SESSIONS_VIEWED",
      ],
    ],
  ])("%s: %j", (kind, types) => expect(auditEventTypesOf(kind).toSorted()).toEqual(types));
});
