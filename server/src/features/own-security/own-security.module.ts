import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Passkeys } from "../passkeys/passkeys.service.js";
import type { SecondFactorStep } from "../sign-in/second-factor-step.service.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { OwnPasskeys } from "./own-passkeys.service.js";
import { PasskeyResolver } from "./passkey.resolver.js";

export function ownSecurityModule(
  _platform: Platform,
  {
    work,
    passkeys,
    secondFactor,
    challenges,
    secondFactorStep,
  }: {
    work: Work;
    passkeys: Passkeys;
    secondFactor: SecondFactor;
    challenges: SignInChallenges;
    secondFactorStep: SecondFactorStep;
  },
) {
  const own = new OwnPasskeys({ work, passkeys, secondFactor, challenges });
  return { resolvers: [new PasskeyResolver(own, secondFactorStep)] } satisfies FeatureModule;
}
