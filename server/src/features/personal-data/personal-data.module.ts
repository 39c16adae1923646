import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { PersonErasures } from "./person-erasures.js";
import { PersonalDataResolver } from "./personal-data.resolver.js";
import { PersonalData } from "./personal-data.service.js";

interface PersonalDataNeeds {
  work: Work;
  secondFactor: SecondFactor;
}

export function personalDataModule({ log }: Platform, { work, secondFactor }: PersonalDataNeeds) {
  const { worker } = new PersonErasures({ work, log });
  const personalData = new PersonalData({ work, secondFactor, wakeErasures: () => worker.wake() });
  return { resolvers: [new PersonalDataResolver(personalData)], workers: [worker] } satisfies FeatureModule;
}
