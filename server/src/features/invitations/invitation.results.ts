import { Field, ObjectType } from "type-graphql";
import { Payload } from "../../platform/graphql/payloads.js";
import { ContactPayload } from "../contacts/contact.results.js";

@ObjectType({ description: "The payload of inviteContacts." })
export class InviteContactsPayload extends Payload {
  @Field(() => [ContactPayload], {
    nullable: true,
    description:
      "One result per contact, in order. Contacts without an email or with an account are skipped and reported.",
  })
  results: ContactPayload[] | null = null;
}
