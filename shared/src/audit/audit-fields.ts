import { languages, type Language } from "../language/language.js";
import { plans, type Plan } from "../plans/plans.js";
import { roleTitles, type TeamRole } from "../roles/roles.js";
import { securityModes, type SecurityMode } from "../security-mode/security-mode.js";
import type { RollOutState } from "../roll-out/roll-out-policy.js";
import { auditEvents, type AuditEventType } from "./audit-events.js";

interface AuditField {
  /** In the firm's words. */
  title: string;
  /** What a page may do with a value beside writing it; none: it is written as it is. */
  shows?: "MOMENT" | "DAY" | "COLOR" | "EMAIL";
  /** The words for the values that the API names. */
  words?: Readonly<Record<string, string>>;
}

const wordsOf = <N extends string, T>(table: Readonly<Record<N, T>>, wordOf: (entry: T) => string) =>
  Object.fromEntries(Object.entries<T>(table).map(([name, entry]) => [name, wordOf(entry)]));
const languageWords = wordsOf<Language, { englishName: string }>(languages, ({ englishName }) => englishName);
const stateWords: Record<RollOutState, string> = {
  RUNNING: "Running",
  PAUSED: "Paused",
  FINISHED: "All mails sent",
  UNDONE: "Undone",
};

/** Every field that an event may have changed, by the API's name. */
export const auditFields: Readonly<Record<string, AuditField>> = {
  // Contacts and their logins.
  name: { title: "Name" },
  email: { title: "Email", shows: "EMAIL" },
  organization: { title: "Organization" },
  externalId: { title: "External id" },
  language: { title: "Language", words: languageWords },
  invitedAt: { title: "Invited", shows: "MOMENT" },
  portalAccount: { title: "Portal account" },
  contacts: { title: "Contacts" },
  // Requests.
  title: { title: "Title" },
  sentTo: { title: "Sent to", shows: "EMAIL" },
  dueOn: { title: "Due", shows: "DAY" },
  done: { title: "Done" },
  completedAt: { title: "Completed", shows: "MOMENT" },
  // The team.
  role: { title: "Role", words: wordsOf<TeamRole, string>(roleTitles, (title) => title) },
  joinedAt: { title: "Joined", shows: "MOMENT" },
  // Security and roll-outs.
  mode: { title: "Security", words: wordsOf<SecurityMode, { title: string }>(securityModes, ({ title }) => title) },
  enforcedFrom: { title: "2FA required from", shows: "MOMENT" },
  magicLinkRequiresTwoFactor: { title: "Magic links need 2FA" },
  trustedDeviceDays: { title: "Days a device is trusted" },
  teamRequiresTwoFactor: { title: "2FA required of the team" },
  state: { title: "State", words: stateWords },
  message: { title: "Message" },
  invitesContacts: { title: "Contacts without an account are invited" },
  remindDaysBefore: { title: "Reminders, days before" },
  mailsPerMinute: { title: "Mails per minute" },
  // The firm.
  slug: { title: "Portal address" },
  mailsCheckpoints: { title: "Daily checkpoint mail" },
  signInEventDays: { title: "Days that sign-ins keep who it was" },
  memberIds: { title: "Monthly reports go to" },
  plan: { title: "Plan", words: wordsOf<Plan, { name: string }>(plans, ({ name }) => name) },
  clientLanguage: { title: "Language for clients", words: languageWords },
  timeZone: { title: "Time zone" },
  disabledAt: { title: "Disabled", shows: "MOMENT" },
  color: { title: "Color", shows: "COLOR" },
  logoUrl: { title: "Logo" },
  logoWidth: { title: "Logo width" },
  logoHeight: { title: "Logo height" },
  // API keys and webhooks.
  prefix: { title: "Begins with" },
  scopes: { title: "Scopes" },
  expiresAt: { title: "Expires", shows: "MOMENT" },
  revokedAt: { title: "Revoked", shows: "MOMENT" },
  url: { title: "Address" },
  types: {
    title: "Events",
    words: wordsOf<AuditEventType, { title: string }>(auditEvents, ({ title }) => title),
  },
  deliveredThrough: { title: "Delivered up to" },
};

/** A field's title; a field that this version does not know goes by the API's name. */
export const auditFieldTitle = (field: string): string => auditFields[field]?.title ?? field;

/** A field's value before or after, as text. Null: there is none. */
export function changeInWords(field: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value))
    // Of a webhook, none chosen means all; elsewhere it means none.
    return value.length === 0
      ? field === "types"
        ? "All events"
        : null
      : value.map((one) => changeInWords(field, one) ?? "").join(", ");
  if (typeof value === "boolean") return value ? "Yes" : "No";
  if (typeof value === "string") return auditFields[field]?.words?.[value] ?? value;
  return typeof value === "number" ? value.toString() : JSON.stringify(value);
}
