import { Field, ID, InputType } from "type-graphql";
import type { TeamRole } from "@gatehouse/shared";
import { TeamRoleEnum } from "./team-member.results.js";

@InputType({ description: "A new colleague." })
export class InviteTeamMemberInput {
  @Field(() => String, { description: "The name that colleagues and the audit log show." }) name: string;
  @Field(() => String, { description: "The email they will sign in with." }) email: string;
  @Field(() => TeamRoleEnum, { description: "What they may do." }) role: TeamRole;
}

@InputType({ description: "A colleague." })
export class TeamMemberIdInput {
  @Field(() => ID, { description: "The team member's id." }) memberId: string;
}

@InputType({ description: "Which colleague, and what to change. Omitted fields keep their values." })
export class ChangeTeamMemberInput extends TeamMemberIdInput {
  @Field(() => String, { nullable: true, description: "The new name." }) name?: string | null;
  @Field(() => TeamRoleEnum, { nullable: true, description: "The new role." }) role?: TeamRole | null;
}

@InputType({ description: "Which colleague, and why." })
export class TeamMemberReasonInput extends TeamMemberIdInput {
  @Field(() => String, { description: "Kept in the audit log." }) reason: string;
}
