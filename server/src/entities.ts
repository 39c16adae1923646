import { Initial1763990000000 } from "./migrations/1763990000000-initial.js";
import { Passkeys1764000000000 } from "./migrations/1764000000000-passkeys.js";
import { RollOuts1764010000000 } from "./migrations/1764010000000-roll-outs.js";
import { AuditActor1764020000000 } from "./migrations/1764020000000-audit-actor.js";
import { PortalCounts1764030000000 } from "./migrations/1764030000000-portal-counts.js";
import { SearchWords1764040000000 } from "./migrations/1764040000000-search-words.js";
import { ClientLanguages1764050000000 } from "./migrations/1764050000000-client-languages.js";
import { Branding1764060000000 } from "./migrations/1764060000000-branding.js";
import { AttemptShares1764120000000 } from "./migrations/1764120000000-attempt-shares.js";
import { TeamMailRequests1764121000000 } from "./migrations/1764121000000-team-mail-requests.js";
import { KnownDevices1764122000000 } from "./migrations/1764122000000-known-devices.js";
import { TeamAddresses1764123000000 } from "./migrations/1764123000000-team-addresses.js";
import { SessionChallenges1764130000000 } from "./migrations/1764130000000-session-challenges.js";
import { SecondFactorRows1764131000000 } from "./migrations/1764131000000-second-factor-rows.js";
import { UnlinkedAccounts1764142000000 } from "./migrations/1764142000000-unlinked-accounts.js";
import { MailRequestLanguages1764143000000 } from "./migrations/1764143000000-mail-request-languages.js";
import { DisabledFirms1764144000000 } from "./migrations/1764144000000-disabled-firms.js";
import { Leases1764150000000 } from "./migrations/1764150000000-leases.js";
import { AddressSpellings1764160000000 } from "./migrations/1764160000000-address-spellings.js";
import { SearchForms1764170000000 } from "./migrations/1764170000000-search-forms.js";
import { TimeZones1764171000000 } from "./migrations/1764171000000-time-zones.js";
import { TeamIdentities1764172000000 } from "./migrations/1764172000000-team-identities.js";
import { Evidence1764180000000 } from "./migrations/1764180000000-evidence.js";
import { KeptReports1764192000000 } from "./migrations/1764192000000-kept-reports.js";
import { SignInRetention1764200000000 } from "./migrations/1764200000000-sign-in-retention.js";
import { Firm } from "./features/firms/firm.entity.js";
import { Branding, Logo } from "./features/branding/branding.entity.js";
import { TeamMember } from "./features/firm-staff/team-member.entity.js";
import { TeamIdentity } from "./features/people/team-identity.entity.js";
import { SecurityPolicy } from "./features/security-mode/security-policy.entity.js";
import { Contact, PortalCounts, SearchWord } from "./features/contacts/contact.entity.js";
import { PortalAccount } from "./features/portal-accounts/portal-account.entity.js";
import { PortalMailRequest } from "./features/portal-mail-requests/portal-mail-request.entity.js";
import { MailedToken } from "./features/mailed-tokens/mailed-token.entity.js";
import { Passkey, PasskeyCeremony } from "./features/passkeys/passkey.entity.js";
import { PasswordCredential } from "./features/passwords/password-credential.entity.js";
import { TwoFactorState } from "./features/two-factor/two-factor.entity.js";
import { RecoveryCode } from "./features/second-factors/recovery-code.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "./features/second-factors/authenticator.entity.js";
import { TrustedDevice } from "./features/devices/trusted-device.entity.js";
import { SignInChallenge } from "./features/sign-in/sign-in-challenge.entity.js";
import { AttemptCounter } from "./features/limits/attempt-counter.entity.js";
import { KnownDevice } from "./features/devices/known-device.entity.js";
import { TeamMailRequest } from "./features/team-passwords/team-mail-request.entity.js";
import { Session } from "./features/sessions/session.entity.js";
import { ClientRequest, ClientRequestItem } from "./features/client-requests/client-request.entity.js";
import { MagicLink } from "./features/magic-links/magic-link.entity.js";
import { AuditCounter, AuditEvent, AuditSigningKey } from "./features/audit/audit-event.entity.js";
import { OutboxMail } from "./features/mail/outbox-mail.entity.js";
import { PersonErasure } from "./features/personal-data/person-erasure.entity.js";
import { ApiKey } from "./features/api-keys/api-key.entity.js";
import { IdempotencyRecord } from "./features/idempotency/idempotency-record.entity.js";
import { RollOut, RollOutRecipient } from "./features/roll-out/roll-out.entity.js";
import { WebhookDelivery, WebhookEndpoint } from "./features/webhooks/webhook-endpoint.entity.js";
import { Report, ReportPart } from "./features/reports/report.entity.js";
import { ReportRecipient, ReportSchedule } from "./features/report-schedule/report-schedule.entity.js";
import { Lease } from "./platform/database/lease.entity.js";

/** Every table. */
export const entities = [
  Firm,
  TeamIdentity,
  TeamMember,
  SecurityPolicy,
  Contact,
  SearchWord,
  PortalCounts,
  PortalAccount,
  MailedToken,
  PortalMailRequest,
  PasswordCredential,
  TwoFactorState,
  TotpCredential,
  PendingTotpEnrollment,
  RecoveryCode,
  TrustedDevice,
  Passkey,
  PasskeyCeremony,
  SignInChallenge,
  AttemptCounter,
  TeamMailRequest,
  KnownDevice,
  Session,
  ClientRequest,
  ClientRequestItem,
  MagicLink,
  AuditEvent,
  AuditCounter,
  AuditSigningKey,
  PersonErasure,
  OutboxMail,
  ApiKey,
  IdempotencyRecord,
  WebhookEndpoint,
  WebhookDelivery,
  RollOut,
  RollOutRecipient,
  Branding,
  Logo,
  Report,
  ReportPart,
  ReportSchedule,
  ReportRecipient,
  Lease,
];

/** Every migration, in order. */
export const migrations = [
  Initial1763990000000,
  Passkeys1764000000000,
  RollOuts1764010000000,
  AuditActor1764020000000,
  PortalCounts1764030000000,
  SearchWords1764040000000,
  ClientLanguages1764050000000,
  Branding1764060000000,
  AttemptShares1764120000000,
  TeamMailRequests1764121000000,
  KnownDevices1764122000000,
  TeamAddresses1764123000000,
  SessionChallenges1764130000000,
  SecondFactorRows1764131000000,
  UnlinkedAccounts1764142000000,
  MailRequestLanguages1764143000000,
  DisabledFirms1764144000000,
  Leases1764150000000,
  AddressSpellings1764160000000,
  SearchForms1764170000000,
  TimeZones1764171000000,
  TeamIdentities1764172000000,
  Evidence1764180000000,
  KeptReports1764192000000,
  SignInRetention1764200000000,
];
