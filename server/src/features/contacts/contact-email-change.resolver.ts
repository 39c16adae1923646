import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from "type-graphql";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { changingContacts, contactsRule } from "./contact.access.js";
import { ContactEmailChangeView } from "./contact-email-change.results.js";
import type { ContactEmailChanges } from "./contact-email-changes.service.js";
import { ContactView } from "./contact.results.js";
import type { Contacts } from "./contacts.service.js";
import { ContactEmailChangeInput } from "./contact.inputs.js";

@Resolver(() => ContactEmailChangeView)
export class ContactEmailChangeResolver {
  constructor(
    private readonly emailChanges: ContactEmailChanges,
    private readonly contacts: Contacts,
  ) {}

  @Allow(changingContacts)
  @Query(() => ContactEmailChangeView, {
    nullable: true,
    description:
      "What a contact's new email would do, before it is saved: whose login would open the contact's requests, and what becomes void. Null if there is no such contact. Requires CONTACTS_WRITE.",
  })
  contactEmailChange(
    @Arg("input", () => ContactEmailChangeInput, { description: "The contact and its new email." })
    input: ContactEmailChangeInput,
    @Ctx() context: RequestContext,
  ): Promise<ContactEmailChangeView | null> {
    return this.emailChanges.find(input, context);
  }

  @Allow(contactsRule)
  @FieldResolver(() => ContactView, { nullable: true, description: "The contact. Requires CONTACTS_READ." })
  contact(
    @Root() { firmId, contactId }: ContactEmailChangeView,
    @Ctx() context: RequestContext,
  ): Promise<ContactView | null> {
    return this.contacts.ofEvent(firmId, contactId, context);
  }

  @Allow(changingContacts)
  @FieldResolver(() => PortalAccountView, {
    nullable: true,
    description: "The login that can open the contact's requests now; null: none.",
  })
  loginBefore(@Root() { change }: ContactEmailChangeView, @Ctx() context: RequestContext) {
    return this.contacts.account({ portalAccountId: change.accountBefore }, context);
  }

  @Allow(changingContacts)
  @FieldResolver(() => PortalAccountView, {
    nullable: true,
    description:
      "The login that could open them afterwards; null: none, until the owner of the new address creates one. Its `contacts` are the others that it serves.",
  })
  loginAfter(@Root() { change }: ContactEmailChangeView, @Ctx() context: RequestContext) {
    return this.contacts.account({ portalAccountId: change.accountAfter }, context);
  }

  @Allow(changingContacts)
  @FieldResolver(() => Int, { description: "How many requests the contact has." })
  requests(@Root() view: ContactEmailChangeView, @Ctx() context: RequestContext): Promise<number> {
    return this.emailChanges.requests(view, context);
  }

  @Allow(changingContacts)
  @FieldResolver(() => Int, {
    description: "How many magic links to them can be opened now, unclaimed or on a device, and would be void.",
  })
  openLinks(@Root() view: ContactEmailChangeView, @Ctx() context: RequestContext): Promise<number> {
    return this.emailChanges.openLinks(view, context);
  }

  @Allow(changingContacts)
  @FieldResolver(() => Int, {
    description: "How many mailed invitations and account confirmations to the present address would be void.",
  })
  openInvitations(@Root() view: ContactEmailChangeView, @Ctx() context: RequestContext): Promise<number> {
    return this.emailChanges.openInvitations(view, context);
  }
}
