import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from "type-graphql";
import type { SecurityMode } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmView } from "../firms/firm.results.js";
import { firmRule } from "../firms/firm.access.js";
import type { Firms } from "../firms/firms.service.js";
import { SecurityModeEnum, SecurityModeImpactView } from "./security-mode.results.js";
import { UpdateSecurityPolicyInput } from "./security-policy.inputs.js";
import { SecurityPolicyPayload, SecurityPolicyView } from "./security-policy.results.js";
import type { SecurityPolicies } from "./security-policies.service.js";

@Resolver(() => FirmView)
export class SecurityPolicyResolver {
  constructor(
    private readonly policies: SecurityPolicies,
    private readonly firms: Firms,
  ) {}

  @Allow(firmRule)
  @FieldResolver(() => SecurityPolicyView, { description: "How the firm's clients get in." })
  securityPolicy(@Root() firm: FirmView): Promise<SecurityPolicyView> {
    return this.policies.of(firm.id);
  }

  @Allow(firmRule)
  @Query(() => SecurityModeImpactView, { description: "What saving a mode would do, before it is saved." })
  securityModeImpact(
    @Arg("mode", () => SecurityModeEnum, { description: "The mode in question." }) mode: SecurityMode,
    @Arg("enforcedFrom", () => DateTime, {
      nullable: true,
      description:
        "From when 2FA would be required; null: at once. Left out: as it is if the mode is in force already, and at once otherwise.",
    })
    enforcedFrom: number | null | undefined,
    @Arg("magicLinkRequiresTwoFactor", () => Boolean, {
      nullable: true,
      description: "Whether a magic link would ask for the code too. Left out: as it is.",
    })
    magicLinkRequiresTwoFactor: boolean | null | undefined,
    @Ctx() { caller }: RequestContext,
  ) {
    return this.policies.impact(asFirmCaller(caller).firmId, {
      mode,
      ...(enforcedFrom === undefined ? {} : { enforcedFrom }),
      ...(magicLinkRequiresTwoFactor === undefined ? {} : { magicLinkRequiresTwoFactor }),
    });
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
