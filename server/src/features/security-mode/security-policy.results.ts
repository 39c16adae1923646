import { Field, Int, ObjectType } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { SecurityModeEnum } from "./security-mode.results.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType("SecurityPolicy", { description: "The firm's one rule for how its clients get in." })
export class SecurityPolicyView {
  @Field(() => SecurityModeEnum, { description: "The mode in force." }) mode: SecurityMode;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when 2FA is required in MAGIC_LINK_AND_LOGIN_2FA; null: since the mode was set. Until then clients may still sign in without it and are asked to enroll.",
  })
  enforcedFrom: number | null;
  @Field(() => Boolean, {
    description:
      "In MAGIC_LINK_AND_LOGIN_2FA: whether a magic link opens its request only after a code (or, for clients who have none, after they create the account and enroll). Defaults to true. If false, clients who are not enrolled reach the one request by the link alone.",
  })
  magicLinkRequiresTwoFactor: boolean;
  @Field(() => Int, {
    description:
      "How many days a device may skip the code after it was trusted: 0 to 30, 0 by default. 0 switches trusted devices off.",
  })
  trustedDeviceDays: number;
  @Field(() => Boolean, { description: "Whether the team's owners and administrators need 2FA. Defaults to false." })
  teamRequiresTwoFactor: boolean;
  @Field(() => [SecurityModeEnum], { description: "Modes that the firm's plan offers." })
  availableModes: readonly SecurityMode[];
  @Field(() => Int, { description: "Increases with every change. Pass it as `expectedVersion`." }) version: number;
  @Field(() => DateTime, { description: "When the policy was last changed." }) updatedAt: number;
  @Field(() => String, { nullable: true, description: "The name of the team member or API key that last changed it." })
  updatedBy: string | null;
}

@ObjectType({ description: "The payload of updateSecurityPolicy." })
export class SecurityPolicyPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its policy." }) firm: FirmView | null = null;
}
