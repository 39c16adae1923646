import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Firms } from "../firms/firms.service.js";
import { CheckpointMailInput } from "./checkpoint-mail.inputs.js";
import { CheckpointMailPayload } from "./checkpoint-mail.results.js";
import type { CheckpointMails } from "./checkpoint-mails.service.js";

@Resolver()
export class CheckpointMailResolver {
  constructor(
    private readonly mails: CheckpointMails,
    private readonly firms: Firms,
  ) {}

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => CheckpointMailPayload, {
    description:
      "Sets whether owners and administrators get a signed checkpoint of the audit log by mail once a day, which shows later whether the log was rewritten. Requires POLICY_WRITE.",
  })
  setCheckpointMail(
    @Arg("input", () => CheckpointMailInput, { description: "Whether they are mailed." }) { isOn }: CheckpointMailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(CheckpointMailPayload, async () => ({
      firm: await this.firms.find(await this.mails.set(isOn, context)),
    }));
  }
}
