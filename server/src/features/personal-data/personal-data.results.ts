import { Field, ID, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";

@ObjectType("ContactDeletion", {
  description:
    "What deleting a contact means: everything that is kept about the person goes, as far as it is listed here.",
})
export class ContactDeletionView {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { nullable: true, description: "The email of the login that the contact has; null: none." })
  loginEmail: string | null;
  @Field(() => Boolean, {
    description:
      "Whether the login is deleted too, with its password, 2FA, devices and sessions: no other contact has it.",
  })
  deletesLogin: boolean;
  @Field(() => Int, { description: "How many other contacts have the login, and so keep it." }) otherContacts: number;
  @Field(() => Int, { description: "How many requests are deleted." }) requests: number;
  @Field(() => Int, { description: "How many of the requests' magic links still open something." }) openLinks: number;
  @Field(() => Int, {
    description:
      "How many events lose what they say about the person: names, addresses, texts, changes and reasons. The events themselves stay.",
  })
  events: number;
  @Field(() => Int, {
    description:
      "How many kept reports are deleted: every one of the firm that names clients (ACCESS and CHANGES), since any may name this one. Monthly ones are made anew instead.",
  })
  reports: number;
}

@ObjectType({ description: "The payload of deleteContact." })
export class DeletedContactPayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The deleted contact." })
  deletedContactId: string | null = null;
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether there are so many events about the person that their facts are still being erased.",
  })
  isErasing: boolean | null = null;
}

@ObjectType({
  description:
    "Where everything that is kept about a contact can be downloaded. Only the session or key that asked for it can do so.",
})
export class ContactDataDownload {
  @Field(() => String, {
    description:
      "The path of the file for programs, below the server's address; docs/contact-data-format.md says what is in it.",
  })
  json: string;
  @Field(() => String, { description: "The path of a page for the client to read, in the client's language." })
  html: string;
  @Field(() => DateTime, { description: "Until when." }) expiresAt: number;
}

@ObjectType({ description: "The payload of exportContactData." })
export class ExportContactDataPayload extends Payload {
  @Field(() => ContactDataDownload, { nullable: true, description: "Where the files are, by GET." })
  download: ContactDataDownload | null = null;
}
