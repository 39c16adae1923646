import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { NotMe } from "./not-me.service.js";
import { ReportNotMeInput } from "./not-me.inputs.js";

@Resolver()
export class NotMeResolver {
  constructor(private readonly notMe: NotMe) {}

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Reports \"this wasn't me\": ends every session, disables a client's password (a link to choose a new one is mailed), and notifies the firm. Takes the token of a mail about a change.",
  })
  reportNotMe(
    @Arg("input", () => ReportNotMeInput, { description: "The token of the mail." }) input: ReportNotMeInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.notMe.report(input, context);
      return { accepted: true };
    });
  }
}
