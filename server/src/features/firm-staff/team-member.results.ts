import { Field, ObjectType, registerEnumType } from "type-graphql";
import type { TeamRole } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { Node } from "../../platform/graphql/node.js";
import type { TeamMember } from "./team-member.entity.js";

export const TeamRoleEnum = { OWNER: "OWNER", ADMIN: "ADMIN", STAFF: "STAFF" } as const;
registerEnumType(TeamRoleEnum, {
  name: "TeamRole",
  description: "What a team member may do.",
  valuesConfig: {
    OWNER: { description: "Reads and writes, and may manage everybody in the team." },
    ADMIN: { description: "Reads and writes, and may manage administrators and staff." },
    STAFF: { description: "Only reads." },
  },
});

@ObjectType("TeamMember", { implements: Node, description: "A person who works at the firm and uses the dashboard." })
export class TeamMemberView extends Node {
  firmId: string;
  @Field(() => String, { description: "The name that colleagues and the audit log show." }) name: string;
  @Field(() => String, { description: "The email they sign in with." }) email: string;
  @Field(() => TeamRoleEnum, { description: "What they may do." }) role: TeamRole;
  @Field(() => DateTime, { nullable: true, description: "When they chose a password; null: invitation pending." })
  joinedAt: number | null;
  @Field(() => DateTime, { nullable: true, description: "When they last signed in." })
  lastSignInAt: number | null;

  static of({ id, firmId, name, email, role, joinedAt, lastSignInAt }: TeamMember): TeamMemberView {
    return Object.assign(new TeamMemberView(), { id, firmId, name, email, role, joinedAt, lastSignInAt });
  }
}

@ObjectType({ description: "The payload of mutations on one colleague." })
export class TeamMemberPayload extends Payload {
  @Field(() => TeamMemberView, { nullable: true, description: "The colleague." }) teamMember: TeamMemberView | null =
    null;
}
