import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Invitations } from "./invitations.service.js";
import { InviteContactsInput } from "./invitation.inputs.js";
import { InviteContactsPayload } from "./invitation.results.js";

@Resolver()
export class InvitationResolver {
  constructor(private readonly invitations: Invitations) {}

  @Allow({ team: "write", key: "ACCESS_WRITE" })
  @Mutation(() => InviteContactsPayload, {
    description:
      "Mails contacts an invitation to create their portal account. Requires ACCESS_WRITE; for more than one contact, team members also need a fresh sign-in or stepUp.",
  })
  inviteContacts(
    @Arg("input", () => InviteContactsInput, { description: "Whom to invite, and the message." })
    input: InviteContactsInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(InviteContactsPayload, async () => ({ results: await this.invitations.invite(input, context) }));
  }
}
