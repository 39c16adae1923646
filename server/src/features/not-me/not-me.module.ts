import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { SignInService } from "../sign-in/sign-in.service.js";
import type { Work } from "../work/unit-of-work.js";
import { NotMeResolver } from "./not-me.resolver.js";
import { NotMe } from "./not-me.service.js";

export function notMeModule(
  _platform: Platform,
  { work, hasher, signIn }: { work: Work; hasher: PasswordHasher; signIn: SignInService },
) {
  return { resolvers: [new NotMeResolver(new NotMe({ work, hasher, signIn }))] } satisfies FeatureModule;
}
