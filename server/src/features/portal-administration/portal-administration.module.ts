import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { PortalAdministrationResolver } from "./portal-administration.resolver.js";
import { PortalAdministration } from "./portal-administration.service.js";

interface PortalAdministrationNeeds {
  work: Work;
  attempts: Attempts;
  secondFactor: SecondFactor;
}

export function portalAdministrationModule(_platform: Platform, core: PortalAdministrationNeeds) {
  return { resolvers: [new PortalAdministrationResolver(new PortalAdministration(core))] } satisfies FeatureModule;
}
