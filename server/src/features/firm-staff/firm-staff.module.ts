import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { PasswordHasher } from "../passwords/password-hasher.js";
import type { SessionService } from "../sessions/session.service.js";
import type { AccountDoor } from "../sign-in/account-door.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { MailAllowance } from "../limits/mail-allowance.js";
import type { SourceLimits } from "../limits/source-limits.js";
import type { SuppressedMails } from "../limits/suppressed-mails.service.js";
import { TeamPasswordRequests } from "../sign-in/team-password-requests.service.js";
import { TeamPassword } from "../sign-in/team-password.service.js";
import type { ViewerService } from "../viewers/viewer.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import type { Work } from "../work/unit-of-work.js";
import { TeamMemberResolver } from "./team-member.resolver.js";
import { teamRule, TeamResolver } from "./team.resolver.js";
import { Team } from "./team.service.js";

interface FirmStaffNeeds {
  work: Work;
  hasher: PasswordHasher;
  sessions: SessionService;
  secondFactor: SecondFactor;
  statuses: TwoFactorStatuses;
  attempts: Attempts;
  suppressed: SuppressedMails;
  mailAllowance: MailAllowance;
  sourceLimits: SourceLimits;
  accountDoor: AccountDoor;
  viewers: ViewerService;
}

export function firmStaffModule({ log }: Platform, core: FirmStaffNeeds) {
  const { sessions, statuses, accountDoor, viewers } = core;
  const requests = new TeamPasswordRequests({ ...core, log });
  return {
    resolvers: [
      new TeamResolver(new Team(core), new TeamPassword({ ...core, door: accountDoor }), requests),
      new TeamMemberResolver(statuses, sessions),
    ],
    nodes: { teamMember: { allow: teamRule, find: (id, { caller }) => viewers.findMember(caller, id) } },
    workers: [requests.worker],
  } satisfies FeatureModule;
}
