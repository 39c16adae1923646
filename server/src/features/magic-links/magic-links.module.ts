import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import { MagicLinkResolver } from "./magic-link.resolver.js";
import type { MagicLinkService } from "./magic-link.service.js";

export function magicLinksModule(_platform: Platform, { magicLinks }: { magicLinks: MagicLinkService }) {
  return { resolvers: [new MagicLinkResolver(magicLinks)] } satisfies FeatureModule;
}
