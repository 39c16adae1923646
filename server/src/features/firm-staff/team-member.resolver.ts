import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import { Allow } from "../access/allow.js";
import { asTeamCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { SessionView } from "../sessions/session.results.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { TwoFactorStatuses } from "../two-factor/two-factor-statuses.js";
import { TwoFactorStatusView } from "../two-factor/two-factor.results.js";
import { TeamMemberView } from "./team-member.results.js";

@Resolver(() => TeamMemberView)
export class TeamMemberResolver {
  constructor(
    private readonly statuses: TwoFactorStatuses,
    private readonly sessions: Sessions,
  ) {}

  @Allow({ team: "read", key: "any" })
  @FieldResolver(() => TwoFactorStatusView, { description: "The member's second factor." })
  twoFactor(@Root() member: TeamMemberView, @Ctx() context: RequestContext): Promise<TwoFactorStatusView> {
    return this.statuses.ofMember(member.id, context);
  }

  @Allow({ team: "read" })
  @FieldResolver(() => [SessionView], {
    name: "sessions",
    nullable: true,
    description: "Where the caller is signed in, newest first; null for colleagues.",
  })
  async liveSessions(@Root() member: TeamMemberView, @Ctx() { caller }: RequestContext): Promise<SessionView[] | null> {
    const own = asTeamCaller(caller);
    if (own.memberId !== member.id) return null;
    return (await this.sessions.list(member.id)).map((session) => SessionView.of(session, own.sessionId));
  }
}
