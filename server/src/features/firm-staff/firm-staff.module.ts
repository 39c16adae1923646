import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { Attempts } from "../limits/attempts.service.js";
import type { Viewers } from "../viewers/viewers.service.js";
import type { SecondFactor } from "../two-factor/second-factor.service.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import type { Work } from "../work/unit-of-work.js";
import { TeamMemberResolver } from "./team-member.resolver.js";
import { teamRule, TeamResolver } from "./team.resolver.js";
import { Team } from "./team.service.js";

interface FirmStaffNeeds {
  work: Work;
  sessions: Sessions;
  secondFactor: SecondFactor;
  statuses: TwoFactorStatuses;
  attempts: Attempts;
  viewers: Viewers;
}

export function firmStaffModule(_platform: Platform, core: FirmStaffNeeds) {
  const { sessions, statuses, viewers } = core;
  return {
    resolvers: [new TeamResolver(new Team(core)), new TeamMemberResolver(statuses, sessions)],
    nodes: { teamMember: { allow: teamRule, find: (id, { caller }) => viewers.findMember(caller, id) } },
  } satisfies FeatureModule;
}
