import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { Passkeys } from "../passkeys/passkeys.service.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { EnrollmentCodes } from "../sign-in/enrollment-codes.js";
import type { SecondFactorStep } from "../sign-in/second-factor-step.service.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import { AuthenticatorEnrollment } from "../two-factor/authenticator-enrollment.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { Work } from "../work/unit-of-work.js";
import { OwnCredentials } from "./own-credentials.service.js";
import { OwnEnrollment } from "./own-enrollment.service.js";
import { OwnPasskeys } from "./own-passkeys.service.js";
import { OwnSecondFactor } from "./own-second-factor.service.js";
import { OwnSecurityResolver } from "./own-security.resolver.js";
import { PasskeyResolver } from "./passkey.resolver.js";
import { SessionRenewal } from "./session-renewal.js";

interface OwnSecurityNeeds {
  work: Work;
  hasher: PasswordHasher;
  passkeys: Passkeys;
  sessions: Sessions;
  secondFactor: SecondFactor;
  attempts: Attempts;
  challenges: SignInChallenges;
  enrollmentCodes: EnrollmentCodes;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
  secondFactorStep: SecondFactorStep;
}

export function ownSecurityModule({ config }: Platform, core: OwnSecurityNeeds) {
  const enrollment = new AuthenticatorEnrollment({ ...core, keys: config.keys });
  const renewal = new SessionRenewal(core);
  const ownSecondFactor = new OwnSecondFactor({ ...core, enrollment, renewal });
  const ownEnrollment = new OwnEnrollment({ ...core, enrollment, ownSecondFactor, renewal, door: core.accountDoor });
  const ownCredentials = new OwnCredentials({ ...core, ownSecondFactor, renewal });
  return {
    resolvers: [
      new OwnSecurityResolver(ownEnrollment, ownSecondFactor, ownCredentials),
      new PasskeyResolver(new OwnPasskeys(core), core.secondFactorStep),
    ],
  } satisfies FeatureModule;
}
