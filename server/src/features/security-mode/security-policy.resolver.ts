import { Arg, Ctx, Field, InputType, Int, Mutation, Query, Resolver } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../access/caller.js";
import type { RequestContext } from "../access/request-context.js";
import { SecurityModeEnum, SecurityModeImpactView, SecurityPolicyPayload } from "../firms/firm.results.js";
import type { FirmService } from "../firms/firm.service.js";
import type { SecurityPolicyService } from "./security-policy.service.js";

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

@Resolver()
export class SecurityPolicyResolver {
  constructor(
    private readonly policies: SecurityPolicyService,
    private readonly firms: FirmService,
  ) {}

  @Allow({ team: "read", key: "any" })
  @Query(() => SecurityModeImpactView, { description: "What saving a mode would do, before it is saved." })
  securityModeImpact(
    @Arg("mode", () => SecurityModeEnum, { description: "The mode in question." }) mode: SecurityMode,
    @Ctx() { caller }: RequestContext,
  ) {
    return this.policies.impact(asFirmCaller(caller).firmId, mode);
  }

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => SecurityPolicyPayload, {
    description:
      "Changes how the firm's clients get in, effective from the commit. Requires POLICY_WRITE; team members who loosen it also need a fresh sign-in or stepUp.",
  })
  updateSecurityPolicy(
    @Arg("input", () => UpdateSecurityPolicyInput, { description: "What to change." }) input: UpdateSecurityPolicyInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SecurityPolicyPayload, async () => ({
      firm: await this.firms.find(await this.policies.update(input, context)),
    }));
  }
}
