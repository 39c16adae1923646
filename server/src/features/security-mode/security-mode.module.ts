import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { SecurityPolicyResolver } from "./security-policy.resolver.js";
import { SecurityPolicies } from "./security-policies.service.js";

export function securityModeModule(_platform: Platform, { work, firms }: { work: Work; firms: Firms }) {
  return {
    resolvers: [new SecurityPolicyResolver(new SecurityPolicies(work), firms)],
  } satisfies FeatureModule;
}
