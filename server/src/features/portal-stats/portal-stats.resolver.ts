import { Arg, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { badInput } from "../../platform/graphql/failures.js";
import { Allow } from "../access/allow.js";
import { FirmView } from "../firms/firm.results.js";
import { PortalStatsView, PortalTrendDay } from "./portal-stats.results.js";
import { firmRule } from "../firms/firm.access.js";
import type { PortalStats } from "./portal-stats.service.js";

@Resolver(() => FirmView)
export class PortalStatsResolver {
  constructor(private readonly stats: PortalStats) {}

  @Allow(firmRule)
  @FieldResolver(() => PortalStatsView, {
    description: "How far the firm's contacts have come on the way into the portal.",
  })
  portalStats(@Root() firm: FirmView): Promise<PortalStatsView> {
    return this.stats.of(firm.id);
  }

  @Allow(firmRule)
  @FieldResolver(() => [PortalTrendDay], {
    description: "What happened in the portal day by day, in the firm's time zone, oldest first.",
  })
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
    return this.stats.trend({ firmId: firm.id, timeZone: firm.timeZone }, wanted);
  }
}
