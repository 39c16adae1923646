import { describe, expect, it } from "@jest/globals";
import { getMetadataArgsStorage } from "typeorm";
import type { PersonalThingName } from "@gatehouse/shared";
import { entities } from "../../entities.js";

const nobody = (why: string) => ({ holdsNobodyBecause: why });
const ofTeam = nobody("It is about the firm and its team, not about clients.");
const ofFirm = nobody("It is the firm's, and names no client.");
const ofServer = nobody("It is the server's, and names nobody.");

/** What each table holds about a client: a thing that shared/personal-data decides about, or why nothing. */
const judged: Readonly<Record<string, PersonalThingName | { holdsNobodyBecause: string }>> = {
  firms: ofFirm,
  team_identities: ofTeam,
  team_members: ofTeam,
  team_mail_requests: ofTeam,
  security_policies: ofFirm,
  contacts: "CONTACT",
  portal_counts: ofFirm,
  search_words: "SEARCH_WORDS",
  portal_accounts: "LOGIN",
  mailed_tokens: "MAILED_TOKENS",
  portal_mail_requests: "MAIL_REQUESTS",
  password_credentials: "PASSWORD",
  two_factor_states: "FACTORS",
  totp_credentials: "FACTORS",
  pending_totp_enrollments: "FACTORS",
  recovery_codes: "FACTORS",
  passkeys: "FACTORS",
  passkey_ceremonies: "SIGN_INS_UNDER_WAY",
  sign_in_challenges: "SIGN_INS_UNDER_WAY",
  trusted_devices: "DEVICES",
  known_devices: "DEVICES",
  sessions: "SESSIONS",
  attempt_counters: "ATTEMPTS",
  client_requests: "REQUESTS",
  client_request_items: "REQUESTS",
  magic_links: "LINKS",
  audit_events: "EVENTS_ABOUT",
  audit_counters: ofFirm,
  audit_signing_keys: ofServer,
  person_erasures: nobody("It holds ids and digests, and is deleted once the log is done."),
  outbox_mails: "MAILS",
  api_keys: ofFirm,
  idempotency_records: "KEPT_ANSWERS",
  webhook_endpoints: ofFirm,
  webhook_deliveries: nobody("It names events, not what they say."),
  roll_outs: ofFirm,
  roll_out_recipients: "ROLL_OUT_RECIPIENTS",
  brandings: ofFirm,
  logos: ofFirm,
  reports: "REPORTS",
  report_parts: "REPORTS",
  report_schedules: ofFirm,
  report_recipients: ofTeam,
  leases: ofServer,
};
/** Columns that lead to a person, or hold something of one. */
const PERSONAL =
  /^(contactId|accountId|ownerId|portalAccountId|keptAccountId|email|recipient|sentTo|mailedTo|ipAddress|userAgent)$/;

describe("X77 what is kept about a client", () => {
  const storage = getMetadataArgsStorage();
  const tables = entities.map((entity) => ({
    name: storage.tables.find(({ target }) => target === entity)?.name ?? "",
    columns: storage.filterColumns(entity).map(({ propertyName }) => propertyName),
  }));

  it("is decided for every table, and for nothing else", () =>
    expect(Object.keys(judged).toSorted()).toEqual(tables.map(({ name }) => name).toSorted()));

  it("is a thing that a deletion decides about, in every table that leads to a person", () => {
    const leading = tables.filter(({ columns }) => columns.some((column) => PERSONAL.test(column)));
    const undecided = leading.filter(({ name }) => typeof judged[name] !== "string").map(({ name }) => name);
    expect(undecided).toEqual(["team_identities", "team_members", "team_mail_requests", "person_erasures"]);
  });
});
