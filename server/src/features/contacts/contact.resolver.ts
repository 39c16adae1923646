import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow, ReadAlong } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { ContactInput, ContactsArgs, UpdateContactInput, UpsertContactsInput } from "./contact.inputs.js";
import { ContactConnection, ContactPayload, ContactView, UpsertContactsPayload } from "./contact.results.js";
import { accountRule, changingContacts, contactsRule } from "./contact.access.js";
import type { Contacts } from "./contacts.service.js";

@Resolver(() => ContactView)
export class ContactResolver {
  constructor(private readonly contacts: Contacts) {}

  @Allow(contactsRule)
  @Query(() => ContactView, {
    nullable: true,
    description: "One contact, by Gatehouse's id or your own; null if there is none. Requires CONTACTS_READ.",
  })
  contact(
    @Arg("id", () => ID, { nullable: true, description: "Gatehouse's id." }) id: string | null,
    @Arg("externalId", () => String, { nullable: true, description: "Your own id for the contact." })
    externalId: string | null,
    @Ctx() { caller }: RequestContext,
  ): Promise<ContactView | null> {
    return this.contacts.find(asFirmCaller(caller).firmId, { id, externalId });
  }

  @Allow(contactsRule)
  @Query(() => ContactConnection, {
    name: "contacts",
    description: "The firm's contacts, page by page. Requires CONTACTS_READ.",
  })
  async findContacts(
    @Args(() => ContactsArgs) args: ContactsArgs,
    @Ctx() { caller }: RequestContext,
  ): Promise<ContactConnection> {
    return this.contacts.list(asFirmCaller(caller).firmId, args);
  }

  @Allow(changingContacts)
  @Mutation(() => ContactPayload, { description: "Adds a contact. Requires CONTACTS_WRITE." })
  createContact(
    @Arg("input", () => ContactInput, { description: "The contact." }) input: ContactInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({ contact: await this.contacts.create(input, context) }));
  }

  @Allow(changingContacts)
  @Mutation(() => ContactPayload, {
    description:
      "Changes a contact. Omitted fields keep their values; null clears them. Requires CONTACTS_WRITE. If the contact has requests or a login, or the new email is another login's, changing the email also requires ACCESS_RESET; team members need a fresh sign-in or `stepUp`. `contactEmailChange` says beforehand what the new email does.",
  })
  updateContact(
    @Arg("input", () => UpdateContactInput, { description: "The contact, and what to change." })
    input: UpdateContactInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({ contact: await this.contacts.update(input, context) }));
  }

  @Allow(changingContacts)
  @Mutation(() => UpsertContactsPayload, {
    description:
      "Creates or changes up to 500 contacts, matched by `externalId`, or else by email. Returns one result per row, in order; a refused row does not stop the others. Requires CONTACTS_WRITE. A row whose email changes who can open an existing contact's requests is refused with CONTACT_REDIRECT_REFUSED, unless it says `allowRedirect`; it then requires what `updateContact` requires for it.",
  })
  upsertContacts(
    @Arg("input", () => UpsertContactsInput, { description: "The contacts, one per row." }) input: UpsertContactsInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(UpsertContactsPayload, () => this.contacts.upsert(input, context));
  }

  @Allow(contactsRule)
  @ReadAlong(({ account }: ContactView) => account)
  @FieldResolver(() => PortalAccountView, {
    nullable: true,
    description:
      "The contact's account; null until the client has created one (a reminder to invite them). One account may serve several contacts with the same email.",
  })
  portalAccount(@Root() contact: ContactView, @Ctx() context: RequestContext): Promise<PortalAccountView | null> {
    return this.contacts.account(contact, context);
  }
}

@Resolver(() => ContactConnection)
export class ContactConnectionResolver {
  @Allow(contactsRule)
  @FieldResolver(() => Int, { description: "How many contacts match the filter." })
  totalCount(@Root() connection: ContactConnection): Promise<number> {
    return connection.count();
  }
}

@Resolver(() => PortalAccountView)
export class AccountContactsResolver {
  constructor(private readonly contacts: Contacts) {}

  @Allow(accountRule)
  @FieldResolver(() => [ContactView], { name: "contacts", description: "The contacts that the account serves." })
  contactsOf(@Root() account: PortalAccountView, @Ctx() context: RequestContext): Promise<ContactView[]> {
    return this.contacts.ofAccount(account, context);
  }
}
