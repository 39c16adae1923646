import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { MailAllowance } from "../limits/mail-allowance.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { SuppressedMails } from "../limits/suppressed-mails.service.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { SignInChallenges } from "../sign-in/sign-in-challenges.js";
import type { Work } from "../work/unit-of-work.js";
import { TeamPasswordRequests } from "./team-password-requests.service.js";
import { TeamPasswordResolver } from "./team-password.resolver.js";
import { TeamPassword } from "./team-password.service.js";

interface TeamPasswordsNeeds {
  work: Work;
  hasher: PasswordHasher;
  attempts: Attempts;
  challenges: SignInChallenges;
  suppressed: SuppressedMails;
  mailAllowance: MailAllowance;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
}

export function teamPasswordsModule({ log }: Platform, core: TeamPasswordsNeeds) {
  const requests = new TeamPasswordRequests({ ...core, log });
  return {
    resolvers: [new TeamPasswordResolver(new TeamPassword({ ...core, door: core.accountDoor }), requests)],
    workers: [requests.worker],
  } satisfies FeatureModule;
}
