import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { FirmService } from "../firms/firm.service.js";
import type { Work } from "../work/unit-of-work.js";
import { SecurityPolicyResolver } from "./security-policy.resolver.js";
import { SecurityPolicyService } from "./security-policy.service.js";

export function securityModeModule(_platform: Platform, { work, firms }: { work: Work; firms: FirmService }) {
  return {
    resolvers: [new SecurityPolicyResolver(new SecurityPolicyService(work), firms)],
  } satisfies FeatureModule;
}
