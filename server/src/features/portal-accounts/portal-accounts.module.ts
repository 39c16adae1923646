import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { SessionService } from "../sessions/session.service.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import { AccountCreation } from "./account-creation.service.js";
import { PortalAccountFieldsResolver, PortalAccountsResolver } from "./portal-account.resolver.js";
import { PortalAccounts, type PortalAccountsNeeds } from "./portal-accounts.service.js";
import { PortalAdministration } from "./portal-administration.service.js";
import { PortalMailRequests } from "./portal-mail-requests.service.js";
import { UnlinkedAccountsResolver } from "./unlinked-accounts.resolver.js";
import { UnlinkedAccounts } from "./unlinked-accounts.service.js";

interface PortalAccountsModuleNeeds extends Omit<PortalAccountsNeeds, "mailRequests" | "door"> {
  sessions: SessionService;
  secondFactor: SecondFactor;
  accountDoor: AccountDoor;
  attempts: Attempts;
  statuses: TwoFactorStatuses;
}

export function portalAccountsModule({ log }: Platform, core: PortalAccountsModuleNeeds) {
  const { work, sessions, statuses, accountDoor: door } = core;
  const mailRequests = new PortalMailRequests({ work, log });
  return {
    resolvers: [
      new PortalAccountsResolver(
        new AccountCreation({ ...core, door }),
        new PortalAccounts({ ...core, door, mailRequests }),
        new PortalAdministration(core),
      ),
      new PortalAccountFieldsResolver(sessions, statuses),
      new UnlinkedAccountsResolver(new UnlinkedAccounts(core)),
    ],
    workers: [mailRequests.worker],
  } satisfies FeatureModule;
}
