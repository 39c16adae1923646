import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import { MagicLinkResolver } from "./magic-link.resolver.js";
import type { MagicLinks } from "./magic-links.service.js";

export function magicLinksModule(_platform: Platform, { magicLinks }: { magicLinks: MagicLinks }) {
  return { resolvers: [new MagicLinkResolver(magicLinks)] } satisfies FeatureModule;
}
