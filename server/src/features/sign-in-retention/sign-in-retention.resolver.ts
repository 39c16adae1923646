import { Arg, Ctx, Int, Mutation, Query, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import type { AccessRule } from "../access/access-rule.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Firms } from "../firms/firms.service.js";
import { SignInEventDaysInput } from "./sign-in-retention.inputs.js";
import { SignInEventDaysPayload, SignInRetentionPreviewView } from "./sign-in-retention.results.js";
import type { SignInRetentions } from "./sign-in-retentions.service.js";

/** People only: what a key could do, whoever stole it could do without a fresh proof. */
const rule = { team: "write" } as const satisfies AccessRule;

@Resolver()
export class SignInRetentionResolver {
  constructor(
    private readonly retentions: SignInRetentions,
    private readonly firms: Firms,
  ) {}

  @Allow(rule)
  @Query(() => SignInRetentionPreviewView, {
    description:
      "What keeping sign-in events' names, addresses and devices for 30 to 3650 days would erase. For owners and administrators.",
  })
  signInRetentionPreview(
    @Arg("days", () => Int, { description: "For how many days they would be kept." }) days: number,
    @Ctx() context: RequestContext,
  ): Promise<SignInRetentionPreviewView> {
    return this.retentions.preview(days, context);
  }

  @Allow(rule)
  @Mutation(() => SignInEventDaysPayload, {
    description:
      "Sets for how many days sign-in events keep names, addresses and devices. Older ones lose them for good, at the earliest a day after the last change of the setting; the events stay, with their type, time, methods and ids. Owners and administrators are notified by mail. For owners and administrators with a fresh sign-in or stepUp.",
  })
  setSignInEventDays(
    @Arg("input", () => SignInEventDaysInput, { description: "For how long, and why." }) input: SignInEventDaysInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(SignInEventDaysPayload, async () => ({
      firm: await this.firms.find(await this.retentions.set(input, context)),
    }));
  }
}
