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
      "From when 2FA is demanded in MAGIC_LINK_AND_LOGIN_2FA. Null: since the mode was set. Before it, clients may still sign in without and are asked to enrol.",
  })
  enforcedFrom: number | null;
  @Field(() => Boolean, {
    description:
      "In MAGIC_LINK_AND_LOGIN_2FA: a magic link opens its request only after the code (or, for a client without, after creating the account and enrolling). Default true; false: clients who are not enrolled reach the one request by the link alone.",
  })
  magicLinkRequiresTwoFactor: boolean;
  @Field(() => Int, {
    description: "0..30, default 0. How long a device may skip the code after it was trusted; 0 switches trusting off.",
  })
  trustedDeviceDays: number;
  @Field(() => Boolean, { description: "Whether the team's owners and administrators need 2FA. Default false." })
  teamRequiresTwoFactor: boolean;
  @Field(() => [SecurityModeEnum], { description: "Modes that the firm's plan offers." })
  availableModes: readonly SecurityMode[];
  @Field(() => Int, { description: "Grows with every change; pass it as expectedVersion." }) version: number;
  @Field(() => DateTime, { description: "The last change." }) updatedAt: number;
  @Field(() => String, { nullable: true, description: "A team member's or API key's name." }) updatedBy: string | null;
}

@ObjectType({ description: "What updateSecurityPolicy answers." })
export class SecurityPolicyPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its policy." }) firm: FirmView | null = null;
}
