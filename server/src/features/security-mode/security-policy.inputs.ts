import { Field, InputType, Int } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { SecurityModeEnum } from "./security-mode.results.js";

@InputType({ description: "Changes to the policy. Omitted fields keep their values." })
export class UpdateSecurityPolicyInput {
  @Field(() => SecurityModeEnum, { nullable: true, description: "How clients get in." }) mode?: SecurityMode | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "From when 2FA is required: a date in the future; null: at once.",
  })
  enforcedFrom?: number | null;
  @Field(() => Boolean, { nullable: true, description: "Whether magic links require 2FA too." })
  magicLinkRequiresTwoFactor?: boolean | null;
  @Field(() => Int, { nullable: true, description: "0 to 30; 0 switches trusted devices off." }) trustedDeviceDays?:
    number | null;
  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether the team's owners and administrators need 2FA. Takes effect at once; whoever sets it must have 2FA themselves.",
  })
  teamRequiresTwoFactor?: boolean | null;
  @Field(() => Int, { description: "The version that the change is based on." }) expectedVersion: number;
}
