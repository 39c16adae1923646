import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from "type-graphql";
import type { AuditEventType } from "@gatehouse/shared";
import { PageArgs } from "../../platform/graphql/pages.js";
import { Allow } from "../access/allow.js";
import { asFirmCaller } from "../access/caller.js";
import type { RequestContext } from "../access/request-context.js";
import { ContactView } from "../contacts/contact.results.js";
import type { ContactService } from "../contacts/contact.service.js";
import { AuditEventConnection, AuditEventsArgs, AuditEventTypeEnum, AuditEventView } from "./audit-event.results.js";
import type { AuditLog } from "./audit-log.service.js";
import { eventsRule } from "./live-feed.js";
import { sentenceOf } from "../work/unit-of-work.js";

@Resolver(() => AuditEventView)
export class AuditEventResolver {
  constructor(
    private readonly log: AuditLog,
    private readonly contacts: ContactService,
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
  @Subscription(() => AuditEventView, {
    name: "auditEvents",
    description:
      "The firm's events as they commit (graphql-ws). With `after`: first every event since that cursor, then live ones, each exactly once and in order, even across a reconnect, another server instance or a Redis outage. Ends with an error as soon as the caller's session or key is revoked. Requires AUDIT_READ.",
    subscribe: ({ context, args }) => (context as RequestContext).subscribeToEvents(args),
  })
  liveEvents(
    @Root() event: AuditEventView,
    @Arg("after", () => String, { nullable: true, description: "The cursor of the last event seen." })
    _after: string | null,
    @Arg("types", () => [AuditEventTypeEnum], { nullable: true, description: "Only events of these types." })
    _types: AuditEventType[] | null,
  ): AuditEventView {
    return event;
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
