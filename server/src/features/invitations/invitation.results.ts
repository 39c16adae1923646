import { Field, ObjectType } from "type-graphql";
import { Payload } from "../../platform/graphql/payloads.js";
import { ContactPayload } from "../contacts/contact.results.js";

@ObjectType({ description: "What inviteContacts answers." })
export class InviteContactsPayload extends Payload {
  @Field(() => [ContactPayload], {
    nullable: true,
    description: "One a contact, in order; those without an email or with an account are skipped and said so.",
  })
  results: ContactPayload[] | null = null;
}
