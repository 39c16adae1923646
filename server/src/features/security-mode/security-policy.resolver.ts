import { Arg, Ctx, Field, InputType, Int, Mutation, Query, Resolver } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { SecurityModeEnum, SecurityModeImpactView, SecurityPolicyPayload } from "../firms/firm.results.js";
import type { FirmService } from "../firms/firm.service.js";
import type { SecurityPolicyService } from "./security-policy.service.js";

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

@Resolver()
export class SecurityPolicyResolver {
  constructor(
    private readonly policies: SecurityPolicyService,
    private readonly firms: FirmService,
  ) {}

  @Allow({ team: "read", key: "any" })
  @Query(() => SecurityModeImpactView, { description: "What saving a mode would do, before it is saved." })
  securityModeImpact(
    @Arg("mode", () => SecurityModeEnum, { description: "The mode to try." }) mode: SecurityMode,
    @Ctx() { caller }: RequestContext,
  ) {
    return this.policies.impact(asFirmCaller(caller).firmId, mode);
  }

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => SecurityPolicyPayload, {
    description:
      "Changes how the firm's clients get in, in force from the commit. POLICY_WRITE; people who loosen it need a fresh sign-in or stepUp.",
  })
  updateSecurityPolicy(
    @Arg("input", () => UpdateSecurityPolicyInput, { description: "The change." }) input: UpdateSecurityPolicyInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SecurityPolicyPayload, async () => ({
      firm: await this.firms.find(await this.policies.update(input, context)),
    }));
  }
}
