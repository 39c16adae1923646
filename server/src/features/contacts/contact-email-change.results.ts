import { Field, ObjectType } from "type-graphql";
import { redirectsRequests, type EmailChange } from "@gatehouse/shared";
import { emailChangeVersion } from "./email-change-version.js";

@ObjectType("ContactEmailChange", {
  description: "What a contact's new email does to who can open the contact's requests.",
})
export class ContactEmailChangeView {
  firmId: string;
  contactId: string;
  change: EmailChange;
  @Field(() => String, { nullable: true, description: "The contact's email now." }) from: string | null;
  @Field(() => String, { nullable: true, description: "The new email." }) to: string | null;
  @Field(() => Boolean, {
    description:
      "Whether it changes which login can open the contact's requests, or which mailbox's owner can create one. Saving it then takes a fresh proof, or a key with ACCESS_RESET, and both addresses are notified.",
  })
  redirects: boolean;
  @Field(() => Boolean, {
    description: "Whether the caller has to confirm their identity (`stepUp`) before saving it. Never for a key.",
  })
  needsFreshProof: boolean;
  @Field(() => String, {
    description:
      "Identifies what is shown here: who could open the requests before and after. Pass it as `expectedEmailChange`.",
  })
  version: string;

  static of(
    given: { firmId: string; contactId: string; change: EmailChange },
    isProofFresh: boolean,
  ): ContactEmailChangeView {
    const view = new ContactEmailChangeView();
    view.firmId = given.firmId;
    view.contactId = given.contactId;
    view.change = given.change;
    view.from = given.change.from;
    view.to = given.change.to;
    view.redirects = redirectsRequests(given.change);
    view.needsFreshProof = view.redirects && !isProofFresh;
    view.version = emailChangeVersion(given.change);
    return view;
  }
}
