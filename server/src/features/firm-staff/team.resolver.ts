import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asTeamCaller } from "../callers/caller.js";
import type { AccessRule } from "../access/access-rule.js";
import type { RequestContext } from "../callers/request-context.js";
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

/** Who reads who is on the team. */
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
  @Query(() => [TeamMemberView], { description: "The people of the firm who use the dashboard, by name." })
  async teamMembers(@Ctx() { caller }: RequestContext): Promise<TeamMemberView[]> {
    return (await this.team.list(asTeamCaller(caller))).map((member) => TeamMemberView.of(member));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description:
      "Invites a colleague by mail. Administrators invite administrators and staff, owners everybody. Step-up.",
  })
  inviteTeamMember(
    @Arg("input", () => InviteTeamMemberInput, { description: "Whom." }) input: InviteTeamMemberInput,
    @Ctx() context: RequestContext,
  ) {
    return told(this.team.invite(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description: "Mails the invitation again, or a link to choose a new password; older links die. Step-up.",
  })
  sendTeamPasswordLink(
    @Arg("input", () => TeamMemberIdInput, { description: "To whom." }) input: TeamMemberIdInput,
    @Ctx() context: RequestContext,
  ) {
    return told(this.team.sendPasswordLink(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, { description: "Another name or role. The firm keeps an owner. Step-up." })
  changeTeamMember(
    @Arg("input", () => ChangeTeamMemberInput, { description: "The change." }) input: ChangeTeamMemberInput,
    @Ctx() context: RequestContext,
  ) {
    return told(this.team.change(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description: "Takes a colleague out of the team: signed out and unable to sign in from the commit. Step-up.",
  })
  removeTeamMember(
    @Arg("input", () => TeamMemberReasonInput, { description: "Whom, and why." }) input: TeamMemberReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return told(this.team.remove(input, context));
  }

  @Allow(managing)
  @Mutation(() => TeamMemberPayload, {
    description: "Removes a colleague's lost authenticator and recovery codes; the password stays. Step-up.",
  })
  resetTeamMemberTwoFactor(
    @Arg("input", () => TeamMemberReasonInput, { description: "Whose, and why." }) input: TeamMemberReasonInput,
    @Ctx() context: RequestContext,
  ) {
    return told(this.team.resetTwoFactor(input, context));
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a colleague who forgot the password a link to choose another, by chooseTeamPassword. Answers alike whether the address is known or not. Three in 15 minutes an address.",
  })
  requestTeamPasswordReset(
    @Arg("input", () => TeamEmailInput, { description: "Whose." }) input: TeamEmailInput,
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
      "A colleague chooses a password by the mailed link, and goes on to sign in. ACCOUNT_LOCKED: the new password is set and the token spent, and signing in waits until the second factor is unlocked.",
  })
  chooseTeamPassword(
    @Arg("input", () => ChooseTeamPasswordInput, { description: "The link's token and the password." })
    input: ChooseTeamPasswordInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInPayload, async () => ({ result: await this.passwords.choose(input, context) }));
  }
}
