import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asTeamCaller, type AccessRule } from "../access/caller.js";
import type { RequestContext } from "../access/request-context.js";
import { ChooseTeamPasswordInput } from "../sign-in/sign-in.inputs.js";
import { AcceptedPayload, SignInPayload } from "../sign-in/sign-in.results.js";
import type { TeamPassword } from "../sign-in/team-password.service.js";
import type { TeamPasswordRequests } from "../sign-in/team-password-requests.service.js";
import {
  ChangeTeamMemberInput,
  InviteTeamMemberInput,
  TeamEmailInput,
  TeamMemberIdInput,
  TeamMemberReasonInput,
} from "./team.inputs.js";
import { TeamMemberPayload, TeamMemberView } from "./team-member.results.js";
import type { TeamMember } from "./team-member.entity.js";
import type { Team } from "./team.service.js";

/** Who may see who is on the team. */
export const teamRule = { team: "read" } as const satisfies AccessRule;
const managing = { team: "write" } as const;
const told = (member: Promise<TeamMember>) =>
  answer(TeamMemberPayload, async () => ({ teamMember: TeamMemberView.of(await member) }));

@Resolver()
export class TeamResolver {
  constructor(
    private readonly team: Team,
    private readonly passwords: TeamPassword,
    private readonly requests: TeamPasswordRequests,
  ) {}

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
    return told(this.team.invite(input, context));
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
    return told(this.team.sendPasswordLink(input, context));
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
    return told(this.team.change(input, context));
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
    return told(this.team.remove(input, context));
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
    return told(this.team.resetTwoFactor(input, context));
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a colleague who forgot the password a link to choose another one, by chooseTeamPassword. The response is the same whether the address is known or not. Limited to three in 15 minutes per address.",
  })
  requestTeamPasswordReset(
    @Arg("input", () => TeamEmailInput, { description: "The colleague's address." }) input: TeamEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.requests.request(input, context);
      return { accepted: true };
    });
  }

  @Allow("anyone")
  @Mutation(() => SignInPayload, {
    description:
      "Sets a colleague's password through the mailed link, and continues to sign in. ACCOUNT_LOCKED: the new password is set and the token spent, but signing in must wait until the second factor is unlocked.",
  })
  chooseTeamPassword(
    @Arg("input", () => ChooseTeamPasswordInput, { description: "The link's token and the password." })
    input: ChooseTeamPasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.passwords.choose(input, context) }));
  }
}
