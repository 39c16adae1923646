import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { TrustedDevices } from "../devices/trusted-devices.service.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { ViewedSessions } from "../sessions/viewed-sessions.service.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import type { Work } from "../work/unit-of-work.js";
import { AccountCreation } from "./account-creation.service.js";
import { PortalAccountFieldsResolver, PortalAccountsResolver } from "./portal-account.resolver.js";
import { PortalAccounts } from "./portal-accounts.service.js";

interface PortalAccountsModuleNeeds {
  work: Work;
  hasher: PasswordHasher;
  sessions: Sessions;
  viewedSessions: ViewedSessions;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
  statuses: TwoFactorStatuses;
  trustedDevices: TrustedDevices;
}

export function portalAccountsModule(_platform: Platform, core: PortalAccountsModuleNeeds) {
  const { sessions, viewedSessions, statuses, trustedDevices, accountDoor: door } = core;
  return {
    resolvers: [
      new PortalAccountsResolver(new AccountCreation({ ...core, door }), new PortalAccounts({ ...core, door })),
      new PortalAccountFieldsResolver(sessions, viewedSessions, statuses, trustedDevices),
    ],
  } satisfies FeatureModule;
}
