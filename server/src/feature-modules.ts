import type { Core } from "./core.js";
import { accessCheckModule } from "./features/access-check/access-check.module.js";
import type { FeatureModule } from "./features/access/feature-module.js";
import { apiKeysModule } from "./features/api-keys/api-keys.module.js";
import { auditExportModule } from "./features/audit-export/audit-export.module.js";
import { auditModule } from "./features/audit/audit.module.js";
import { checkpointMailModule } from "./features/checkpoint-mail/checkpoint-mail.module.js";
import { checkpointsModule } from "./features/checkpoints/checkpoints.module.js";
import { brandingModule } from "./features/branding/branding.module.js";
import { clientLanguageModule } from "./features/client-language/client-language.module.js";
import { clientRequestsModule } from "./features/client-requests/client-requests.module.js";
import { contactsModule } from "./features/contacts/contacts.module.js";
import { devicesModule } from "./features/devices/devices.module.js";
import { firmStaffModule } from "./features/firm-staff/firm-staff.module.js";
import { firmsModule } from "./features/firms/firms.module.js";
import { invitationsModule } from "./features/invitations/invitations.module.js";
import { liveFeedModule } from "./features/live-feed/live-feed.module.js";
import { magicLinksModule } from "./features/magic-links/magic-links.module.js";
import { mailModule } from "./features/mail/mail.module.js";
import { notMeModule } from "./features/not-me/not-me.module.js";
import { ownSecurityModule } from "./features/own-security/own-security.module.js";
import { personalDataModule } from "./features/personal-data/personal-data.module.js";
import { portalAccountsModule } from "./features/portal-accounts/portal-accounts.module.js";
import { portalAdministrationModule } from "./features/portal-administration/portal-administration.module.js";
import { portalMailRequestsModule } from "./features/portal-mail-requests/portal-mail-requests.module.js";
import { portalStatsModule } from "./features/portal-stats/portal-stats.module.js";
import { reportsModule } from "./features/reports/reports.module.js";
import { reportScheduleModule } from "./features/report-schedule/report-schedule.module.js";
import { retentionModule } from "./features/retention/retention.module.js";
import { rollOutModule } from "./features/roll-out/roll-out.module.js";
import { securityModeModule } from "./features/security-mode/security-mode.module.js";
import { signInModule } from "./features/sign-in/sign-in.module.js";
import { signInRetentionModule } from "./features/sign-in-retention/sign-in-retention.module.js";
import { teamPasswordsModule } from "./features/team-passwords/team-passwords.module.js";
import { timeZoneModule } from "./features/time-zone/time-zone.module.js";
import { unlinkedAccountsModule } from "./features/unlinked-accounts/unlinked-accounts.module.js";
import { viewersModule } from "./features/viewers/viewers.module.js";
import { webhooksModule } from "./features/webhooks/webhooks.module.js";
import type { Platform } from "./platform/platform.js";

/**
 * The server's features, in the order of the ranks in docs/architecture.md. Workers are stopped in reverse: those that
 * write mails and events before those that send them.
 */
export const featureModules: readonly ((platform: Platform, core: Core) => FeatureModule)[] = [
  firmsModule,
  apiKeysModule,
  devicesModule,
  brandingModule,
  mailModule,
  webhooksModule,
  retentionModule,
  securityModeModule,
  contactsModule,
  portalStatsModule,
  clientLanguageModule,
  timeZoneModule,
  auditModule,
  checkpointsModule,
  liveFeedModule,
  auditExportModule,
  reportsModule,
  viewersModule,
  signInModule,
  magicLinksModule,
  firmStaffModule,
  checkpointMailModule,
  signInRetentionModule,
  reportScheduleModule,
  teamPasswordsModule,
  invitationsModule,
  portalAccountsModule,
  portalMailRequestsModule,
  portalAdministrationModule,
  unlinkedAccountsModule,
  personalDataModule,
  ownSecurityModule,
  accessCheckModule,
  clientRequestsModule,
  notMeModule,
  rollOutModule,
];
