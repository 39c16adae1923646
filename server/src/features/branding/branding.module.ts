import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { FirmService } from "../firms/firm.service.js";
import type { Work } from "../work/unit-of-work.js";
import { BrandingResolver, PortalBrandingResolver } from "./branding.resolver.js";
import { BrandingService } from "./branding.service.js";
import { logoHandler } from "./logo.http.js";

export function brandingModule(_platform: Platform, { work, firms }: { work: Work; firms: FirmService }) {
  const branding = new BrandingService(work);
  return {
    resolvers: [new BrandingResolver(branding, firms), new PortalBrandingResolver(branding)],
    routes: [{ path: "/logos/*", method: "GET", handle: logoHandler(branding) }],
  } satisfies FeatureModule;
}
