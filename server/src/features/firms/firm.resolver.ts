import { Arg, Ctx, Query, Resolver } from "type-graphql";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmView, PortalFirmView } from "./firm.results.js";
import type { Firms } from "./firms.service.js";
import { firmRule } from "./firm.access.js";

@Resolver(() => FirmView)
export class FirmResolver {
  constructor(private readonly firms: Firms) {}

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
}
