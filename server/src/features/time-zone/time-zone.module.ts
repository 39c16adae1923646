import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { FirmTimeZone } from "./firm-time-zone.service.js";
import { TimeZoneResolver } from "./time-zone.resolver.js";

export function timeZoneModule(_platform: Platform, { work, firms }: { work: Work; firms: Firms }) {
  return { resolvers: [new TimeZoneResolver(new FirmTimeZone(work), firms)] } satisfies FeatureModule;
}
