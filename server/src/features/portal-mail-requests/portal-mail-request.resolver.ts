import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { PortalEmailInput } from "./portal-mail-request.inputs.js";
import type { PortalMailRequests } from "./portal-mail-requests.service.js";

@Resolver()
export class PortalMailRequestResolver {
  constructor(private readonly requests: PortalMailRequests) {}

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a confirmation link if the email belongs to a contact without an account. The response and its timing are the same in every case.",
  })
  requestPortalAccount(
    @Arg("input", () => PortalEmailInput, { description: "The firm and the client's address." })
    input: PortalEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.requests.request("ACCOUNT_REQUEST", input, context);
      return { accepted: true };
    });
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description:
      "Mails a link to choose a new password if the email has an account. The response is the same in every case.",
  })
  requestPasswordReset(
    @Arg("input", () => PortalEmailInput, { description: "The firm and the client's address." })
    input: PortalEmailInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.requests.request("PASSWORD_RESET", input, context);
      return { accepted: true };
    });
  }
}
