import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { UnlinkedAccountsResolver } from "./unlinked-accounts.resolver.js";
import { UnlinkedAccounts } from "./unlinked-accounts.service.js";

export function unlinkedAccountsModule(_platform: Platform, core: { work: Work; secondFactor: SecondFactor }) {
  return { resolvers: [new UnlinkedAccountsResolver(new UnlinkedAccounts(core))] } satisfies FeatureModule;
}
