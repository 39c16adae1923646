import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from "type-graphql";
import { answer, Payload } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../access/request-context.js";
import { ContactPayload } from "../contacts/contact.results.js";
import type { InvitationService } from "./invitation.service.js";

@InputType({ description: "The contacts to invite to the portal." })
export class InviteContactsInput {
  @Field(() => [ID], { description: "Up to 500 contacts." }) contactIds: string[];
  @Field(() => String, { nullable: true, description: "A few words of your own, up to 2000 characters." }) message?:
    string | null;
}

@ObjectType({ description: "The payload of inviteContacts." })
class InviteContactsPayload extends Payload {
  @Field(() => [ContactPayload], {
    nullable: true,
    description:
      "One result per contact, in order. Contacts without an email or with an account are skipped and reported.",
  })
  results: ContactPayload[] | null = null;
}

@Resolver()
export class InvitationResolver {
  constructor(private readonly invitations: InvitationService) {}

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
