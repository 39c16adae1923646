import { Field, ID, InputType } from "type-graphql";
import type { TeamRole } from "@gatehouse/shared";
import { TeamRoleEnum } from "./team-member.results.js";

@InputType({ description: "A new colleague." })
export class InviteTeamMemberInput {
  @Field(() => String, { description: "As colleagues and the audit log name them." }) name: string;
  @Field(() => String, { description: "What they will sign in with." }) email: string;
  @Field(() => TeamRoleEnum, { description: "What they may do." }) role: TeamRole;
}

@InputType({ description: "Which colleague." })
export class TeamMemberIdInput {
  @Field(() => ID, { description: "The team member's id." }) memberId: string;
}

@InputType({ description: "Which colleague, and what to change; what is left out stays." })
export class ChangeTeamMemberInput extends TeamMemberIdInput {
  @Field(() => String, { nullable: true, description: "The new name." }) name?: string | null;
  @Field(() => TeamRoleEnum, { nullable: true, description: "The new role." }) role?: TeamRole | null;
}

@InputType({ description: "Which colleague, and why." })
export class TeamMemberReasonInput extends TeamMemberIdInput {
  @Field(() => String, { description: "Kept in the audit log." }) reason: string;
}
