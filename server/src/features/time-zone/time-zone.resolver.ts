import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Firms } from "../firms/firms.service.js";
import { TimeZoneInput } from "./time-zone.inputs.js";
import { TimeZonePayload } from "./time-zone.results.js";
import type { FirmTimeZone } from "./firm-time-zone.service.js";

@Resolver()
export class TimeZoneResolver {
  constructor(
    private readonly timeZone: FirmTimeZone,
    private readonly firms: Firms,
  ) {}

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => TimeZonePayload, {
    description:
      "Sets the time zone in which the firm's days are counted and shown. Moments that are set, such as `enforcedFrom`, stay. Requires POLICY_WRITE.",
  })
  setTimeZone(
    @Arg("input", () => TimeZoneInput, { description: "The time zone." }) { timeZone }: TimeZoneInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(TimeZonePayload, async () => ({
      firm: await this.firms.find(await this.timeZone.set(timeZone, context)),
    }));
  }
}
