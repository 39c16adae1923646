import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { SessionService } from "../sessions/session.service.js";
import { AuthenticatorEnrollment } from "../two-factor/authenticator-enrollment.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import type { AccountDoor } from "./account-door.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { EnrollmentCodes } from "./enrollment-codes.js";
import { OwnCredentials } from "./own-credentials.service.js";
import { OwnEnrollment } from "./own-enrollment.service.js";
import { OwnSecondFactor } from "./own-second-factor.service.js";
import { PasswordSignIn } from "./password-sign-in.service.js";
import type { SecondFactorStep } from "./second-factor-step.service.js";
import { SessionRenewal } from "./session-renewal.js";
import type { SignInChallenges } from "./sign-in-challenges.js";
import { SignInResolver } from "./sign-in.resolver.js";
import type { SourceLimits } from "../limits/source-limits.js";

interface SignInModuleNeeds {
  work: Work;
  hasher: PasswordHasher;
  sessions: SessionService;
  secondFactor: SecondFactor;
  attempts: Attempts;
  challenges: SignInChallenges;
  enrollmentCodes: EnrollmentCodes;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
  secondFactorStep: SecondFactorStep;
}

export function signInModule({ config }: Platform, core: SignInModuleNeeds) {
  const { secondFactorStep, accountDoor: door } = core;
  const passwordSignIn = new PasswordSignIn({ ...core, door });
  const enrollment = new AuthenticatorEnrollment({ ...core, keys: config.keys });
  const renewal = new SessionRenewal(core);
  const ownSecondFactor = new OwnSecondFactor({ ...core, enrollment, renewal });
  const ownEnrollment = new OwnEnrollment({ ...core, enrollment, ownSecondFactor, renewal, door });
  const ownCredentials = new OwnCredentials({ ...core, ownSecondFactor, renewal });
  return {
    resolvers: [new SignInResolver(passwordSignIn, secondFactorStep, ownEnrollment, ownSecondFactor, ownCredentials)],
  } satisfies FeatureModule;
}
