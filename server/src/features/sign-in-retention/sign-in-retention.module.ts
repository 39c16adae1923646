import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { OldSignIns } from "./old-sign-ins.js";
import { SignInRetentionResolver } from "./sign-in-retention.resolver.js";
import { SignInRetentions } from "./sign-in-retentions.service.js";

export function signInRetentionModule({ config, log }: Platform, { work, firms }: { work: Work; firms: Firms }) {
  return {
    resolvers: [new SignInRetentionResolver(new SignInRetentions(work), firms)],
    workers: [new OldSignIns({ work, keys: config.keys, log }).worker],
  } satisfies FeatureModule;
}
