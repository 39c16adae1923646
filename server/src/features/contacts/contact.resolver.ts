import { Arg, Args, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow, ReadAlong } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { ContactInput, ContactsArgs, UpdateContactInput, UpsertContactsInput } from "./contact.inputs.js";
import { ContactConnection, ContactPayload, ContactView, UpsertContactsPayload } from "./contact.results.js";
import { accountRule, contactsRule } from "./contact.access.js";
import type { Contacts } from "./contacts.service.js";

const writing = { team: "write", key: "CONTACTS_WRITE" } as const;

@Resolver(() => ContactView)
export class ContactResolver {
  constructor(private readonly contacts: Contacts) {}

  @Allow(contactsRule)
  @Query(() => ContactView, {
    nullable: true,
    description: "One contact, by Gatehouse's id or your own; null when there is none. CONTACTS_READ.",
  })
  contact(
    @Arg("id", () => ID, { nullable: true, description: "Gatehouse's id." }) id: string | null,
    @Arg("externalId", () => String, { nullable: true, description: "Your own id." }) externalId: string | null,
    @Ctx() { caller }: RequestContext,
  ): Promise<ContactView | null> {
    return this.contacts.find(asFirmCaller(caller).firmId, { id, externalId });
  }

  @Allow(contactsRule)
  @Query(() => ContactConnection, {
    name: "contacts",
    description: "The firm's contacts, a page at a time. CONTACTS_READ.",
  })
  async findContacts(
    @Args(() => ContactsArgs) args: ContactsArgs,
    @Ctx() { caller }: RequestContext,
  ): Promise<ContactConnection> {
    return this.contacts.list(asFirmCaller(caller).firmId, args);
  }

  @Allow(writing)
  @Mutation(() => ContactPayload, { description: "Adds a contact. CONTACTS_WRITE." })
  createContact(
    @Arg("input", () => ContactInput, { description: "The contact." }) input: ContactInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({ contact: await this.contacts.create(input, context) }));
  }

  @Allow(writing)
  @Mutation(() => ContactPayload, {
    description:
      "Changes a contact: what is left out stays, null clears. CONTACTS_WRITE; the email of one that has requests or a login, or another login's, needs ACCESS_RESET too, people a fresh sign-in or stepUp.",
  })
  updateContact(
    @Arg("input", () => UpdateContactInput, { description: "The change." }) input: UpdateContactInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ContactPayload, async () => ({ contact: await this.contacts.update(input, context) }));
  }

  @Allow(writing)
  @Mutation(() => UpsertContactsPayload, {
    description:
      "Up to 500 in one call, matched by externalId, else email; one result per row, in order; a bad row does not stop the others. CONTACTS_WRITE; a row whose email moves requests to another login needs what updateContact needs for it.",
  })
  upsertContacts(
    @Arg("input", () => UpsertContactsInput, { description: "The rows." }) input: UpsertContactsInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(UpsertContactsPayload, () => this.contacts.upsert(input, context));
  }

  @Allow(contactsRule)
  @ReadAlong(({ account }: ContactView) => account)
  @FieldResolver(() => PortalAccountView, {
    nullable: true,
    description:
      "Null until the client has created one: a reminder to invite. One account may serve several contacts with the same email.",
  })
  portalAccount(@Root() contact: ContactView, @Ctx() context: RequestContext): Promise<PortalAccountView | null> {
    return this.contacts.account(contact, context);
  }
}

@Resolver(() => ContactConnection)
export class ContactConnectionResolver {
  @Allow(contactsRule)
  @FieldResolver(() => Int, { description: "How many there are with this filter." })
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
