import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { BrandingResolver, PortalBrandingResolver } from "./branding.resolver.js";
import { FirmBranding } from "./firm-branding.service.js";
import { logoHandler } from "./logo.http.js";

export function brandingModule(_platform: Platform, { work, firms }: { work: Work; firms: Firms }) {
  const branding = new FirmBranding(work);
  return {
    resolvers: [new BrandingResolver(branding, firms), new PortalBrandingResolver(branding)],
    routes: [{ path: "/logos/*", method: "GET", handle: logoHandler(branding) }],
  } satisfies FeatureModule;
}
