import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalStatsResolver } from "./portal-stats.resolver.js";
import { PortalStats } from "./portal-stats.service.js";

export function portalStatsModule(_platform: Platform, { work }: { work: Work }) {
  return { resolvers: [new PortalStatsResolver(new PortalStats(work))] } satisfies FeatureModule;
}
