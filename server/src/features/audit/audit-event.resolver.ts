import { Args, Ctx, FieldResolver, Query, Resolver, Root } from "type-graphql";
import { PageArgs } from "../../platform/graphql/pages.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import { ContactView } from "../contacts/contact.results.js";
import type { Contacts } from "../contacts/contacts.service.js";
import { AuditEventConnection, AuditEventsArgs, AuditEventView } from "./audit-event.results.js";
import type { AuditLog } from "./audit-log.service.js";
import { eventsRule } from "./audit-event.access.js";
import { sentenceOf } from "../work/event-sentence.js";

@Resolver(() => AuditEventView)
export class AuditEventResolver {
  constructor(
    private readonly log: AuditLog,
    private readonly contacts: Contacts,
  ) {}

  @Allow(eventsRule)
  @Query(() => AuditEventConnection, {
    name: "auditEvents",
    description: "The firm's security events, newest first. Requires AUDIT_READ.",
  })
  events(
    @Args(() => AuditEventsArgs) args: AuditEventsArgs,
    @Ctx() { caller }: RequestContext,
  ): Promise<AuditEventConnection> {
    return this.log.page(asFirmCaller(caller).firmId, args, args.filter ?? {});
  }

  @Allow(eventsRule)
  @FieldResolver(() => ContactView, {
    nullable: true,
    description: "The contact it is about, in its current state, so that a live page can show the change at once.",
  })
  async contact(@Root() { stored }: AuditEventView, @Ctx() context: RequestContext): Promise<ContactView | null> {
    return stored.contactId === null ? null : this.contacts.ofEvent(stored.firmId, stored.contactId, context);
  }

  @Allow(eventsRule)
  @FieldResolver(() => String, { description: "The event in one English sentence." })
  summary(@Root() event: AuditEventView, @Ctx() context: RequestContext): string | Promise<string> {
    const { stored, contactName } = event;
    if (contactName !== undefined || stored.contactId === null) return sentenceOf(stored, contactName ?? null);
    return this.contacts
      .ofEvent(stored.firmId, stored.contactId, context)
      .then((contact) => sentenceOf(stored, contact?.name ?? null));
  }
}

@Resolver(() => ContactView)
export class ContactEventsResolver {
  constructor(private readonly log: AuditLog) {}

  @Allow(eventsRule)
  @FieldResolver(() => AuditEventConnection, {
    description: "The events about the contact, newest first. Requires AUDIT_READ.",
  })
  auditEvents(@Root() contact: ContactView, @Args(() => PageArgs) args: PageArgs): Promise<AuditEventConnection> {
    return this.log.page(contact.firmId, args, { contactId: contact.id });
  }
}
