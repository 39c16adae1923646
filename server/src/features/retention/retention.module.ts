import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { Sweep } from "./sweep.js";

export function retentionModule({ log }: Platform, { work }: { work: Work }) {
  return { workers: [new Sweep({ work, log }).worker] } satisfies FeatureModule;
}
