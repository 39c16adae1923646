import { Field, InputType, Int } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { SecurityModeEnum } from "./security-mode.results.js";

@InputType({ description: "What to change; what is left out stays." })
export class UpdateSecurityPolicyInput {
  @Field(() => SecurityModeEnum, { nullable: true, description: "How clients get in." }) mode?: SecurityMode | null;
  @Field(() => DateTime, { nullable: true, description: "From when 2FA is demanded: in the future; null for at once." })
  enforcedFrom?: number | null;
  @Field(() => Boolean, { nullable: true, description: "Whether magic links ask for 2FA too." })
  magicLinkRequiresTwoFactor?: boolean | null;
  @Field(() => Int, { nullable: true, description: "0..30." }) trustedDeviceDays?: number | null;
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether the team's owners and administrators need 2FA; takes effect at once. Whoever sets it has it.",
  })
  teamRequiresTwoFactor?: boolean | null;
  @Field(() => Int, { description: "The version that the change is based on." }) expectedVersion: number;
}
