import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { Work } from "../work/unit-of-work.js";
import { NotMeResolver } from "./not-me.resolver.js";
import { NotMe } from "./not-me.service.js";

export function notMeModule(
  _platform: Platform,
  core: { work: Work; hasher: PasswordHasher; sourceLimits: SourceLimits },
) {
  return { resolvers: [new NotMeResolver(new NotMe(core))] } satisfies FeatureModule;
}
