import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import type { AccountDoor } from "./account-door.js";
import type { EnrollmentCodes } from "./enrollment-codes.js";
import { FirmChoices } from "./firm-choices.service.js";
import { PasswordSignIn } from "./password-sign-in.service.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import type { SecondFactorStep } from "./second-factor-step.service.js";
import { signInCounter } from "./sign-in-metrics.js";
import { SignInResolver } from "./sign-in.resolver.js";

interface SignInModuleNeeds {
  work: Work;
  hasher: PasswordHasher;
  secondFactor: SecondFactor;
  challenges: SignInChallenges;
  attempts: Attempts;
  enrollmentCodes: EnrollmentCodes;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
  secondFactorStep: SecondFactorStep;
}

export function signInModule({ metrics }: Platform, core: SignInModuleNeeds) {
  const passwordSignIn = new PasswordSignIn({ ...core, door: core.accountDoor });
  const count = signInCounter(metrics);
  return {
    resolvers: [new SignInResolver(passwordSignIn, core.secondFactorStep, new FirmChoices(core))],
    onEvents: (_firmIds, events) => count(events),
  } satisfies FeatureModule;
}
