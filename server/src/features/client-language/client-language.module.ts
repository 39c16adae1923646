import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { FirmService } from "../firms/firm.service.js";
import type { Work } from "../work/unit-of-work.js";
import { ClientLanguageResolver, UserErrorResolver } from "./client-language.resolver.js";
import { ClientLanguages } from "./client-language.service.js";

export function clientLanguageModule(_platform: Platform, { work, firms }: { work: Work; firms: FirmService }) {
  return {
    resolvers: [new ClientLanguageResolver(new ClientLanguages(work), firms), new UserErrorResolver()],
  } satisfies FeatureModule;
}
