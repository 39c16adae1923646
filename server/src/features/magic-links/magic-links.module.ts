import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { SignInService } from "../sign-in/sign-in.service.js";
import { MagicLinkResolver } from "./magic-link.resolver.js";
import type { MagicLinkService } from "./magic-link.service.js";

export function magicLinksModule(
  _platform: Platform,
  { magicLinks, signIn }: { magicLinks: MagicLinkService; signIn: SignInService },
) {
  return { resolvers: [new MagicLinkResolver(magicLinks, signIn)] } satisfies FeatureModule;
}
