import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { badInput } from "../../platform/graphql/failures.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller, type AccessRule } from "../access/caller.js";
import type { RequestContext } from "../access/request-context.js";
import { FirmView, PortalFirmView, PortalStatsView, PortalTrendDay, SecurityPolicyView } from "./firm.results.js";
import type { FirmService } from "./firm.service.js";

/** Who may read the firm: its team, and its keys whatever their scopes. */
export const firmRule = { team: "read", key: "any" } as const satisfies AccessRule;

@Resolver(() => FirmView)
export class FirmResolver {
  constructor(private readonly firms: FirmService) {}

  @Allow(firmRule)
  @Query(() => FirmView, { description: "The caller's firm, for a team member or an API key." })
  firm(@Ctx() { caller }: RequestContext): Promise<FirmView> {
    return this.firms.find(asFirmCaller(caller).firmId);
  }

  @Allow("anyone")
  @Query(() => PortalFirmView, {
    nullable: true,
    description: "What a portal's sign-in page needs; null if there is no such firm.",
  })
  portal(
    @Arg("firmSlug", () => String, { description: "The slug in the portal's address." }) firmSlug: string,
  ): Promise<PortalFirmView | null> {
    return this.firms.portal(firmSlug);
  }

  @Allow(firmRule)
  @FieldResolver(() => SecurityPolicyView, { description: "How the firm's clients get in." })
  securityPolicy(@Root() firm: FirmView): Promise<SecurityPolicyView> {
    return this.firms.policy(firm.id);
  }

  @Allow(firmRule)
  @FieldResolver(() => PortalStatsView, {
    description: "How far the firm's contacts have come on the way into the portal.",
  })
  portalStats(@Root() firm: FirmView): Promise<PortalStatsView> {
    return this.firms.stats(firm.id);
  }

  @Allow(firmRule)
  @FieldResolver(() => [PortalTrendDay], { description: "What happened in the portal day by day, oldest first." })
  portalTrend(
    @Root() firm: FirmView,
    @Arg("days", () => Int, {
      nullable: true,
      defaultValue: 30,
      description: "How many days, including today: 1 to 90, 30 by default.",
    })
    days: number | null,
  ): Promise<PortalTrendDay[]> {
    const wanted = days ?? 30;
    if (wanted < 1 || wanted > 90) throw badInput("days must be 1 to 90.");
    return this.firms.trend(firm.id, wanted);
  }
}
