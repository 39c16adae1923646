import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asTeamCaller } from "../callers/caller.js";
import type { AccessRule } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";
import {
  ChangeTeamMemberInput,
  InviteTeamMemberInput,
  TeamMemberIdInput,
  TeamMemberReasonInput,
} from "./team.inputs.js";
import { TeamMemberPayload, TeamMemberView } from "./team-member.results.js";
import type { TeamMember } from "./team-member.entity.js";
import type { Team } from "./team.service.js";

/** Who may see who is on the team. */
export const teamRule = { team: "read" } as const satisfies AccessRule;
const managing = { team: "write" } as const;
const payloadOf = (member: Promise<TeamMember>) =>
  answer(TeamMemberPayload, async () => ({ teamMember: TeamMemberView.of(await member) }));

@Resolver()
export class TeamResolver {
  constructor(private readonly team: Team) {}

  @Allow(teamRule)
  @Query(() => [TeamMemberView], { description: "The people at the firm who use the dashboard, by name." })
  async teamMembers(@Ctx() { caller }: RequestContext): Promise<TeamMemberView[]> {
    return (await this.team.list(asTeamCaller(caller))).map((member) => TeamMemberView.of(member));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description:
      "Invites a colleague by mail. Administrators may invite administrators and staff, owners everybody. Requires a fresh sign-in or stepUp.",
  })
  inviteTeamMember(
    @Arg("input", () => InviteTeamMemberInput, { description: "Whom to invite." }) input: InviteTeamMemberInput,
    @Ctx() context: RequestContext,
  ) {
    return payloadOf(this.team.invite(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description:
      "Mails the invitation again, or a link to choose a new password. Older links stop working. Requires a fresh sign-in or stepUp.",
  })
  sendTeamPasswordLink(
    @Arg("input", () => TeamMemberIdInput, { description: "The colleague to mail." }) input: TeamMemberIdInput,
    @Ctx() context: RequestContext,
  ) {
    return payloadOf(this.team.sendPasswordLink(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description: "Changes a colleague's name or role. The firm must keep an owner. Requires a fresh sign-in or stepUp.",
  })
  changeTeamMember(
    @Arg("input", () => ChangeTeamMemberInput, { description: "The colleague, and what to change." })
    input: ChangeTeamMemberInput,
    @Ctx() context: RequestContext,
  ) {
    return payloadOf(this.team.change(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description:
      "Removes a colleague from the team: signed out and unable to sign in from the commit on. Requires a fresh sign-in or stepUp.",
  })
  removeTeamMember(
    @Arg("input", () => TeamMemberReasonInput, { description: "Whom to remove, and why." })
    input: TeamMemberReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return payloadOf(this.team.remove(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description:
      "Removes a colleague's lost authenticator and recovery codes; the password stays. Requires a fresh sign-in or stepUp.",
  })
  resetTeamMemberTwoFactor(
    @Arg("input", () => TeamMemberReasonInput, { description: "Whose second factor to reset, and why." })
    input: TeamMemberReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return payloadOf(this.team.resetTwoFactor(input, context));
  }
}
