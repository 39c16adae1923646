import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { ClientLanguageResolver, UserErrorResolver } from "./client-language.resolver.js";
import { ClientLanguages } from "./client-languages.service.js";

export function clientLanguageModule(_platform: Platform, { work, firms }: { work: Work; firms: Firms }) {
  return {
    resolvers: [new ClientLanguageResolver(new ClientLanguages(work), firms), new UserErrorResolver()],
  } satisfies FeatureModule;
}
