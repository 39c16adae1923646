import { Arg, Resolver, Root, Subscription } from "type-graphql";
import type { AuditEventType } from "@gatehouse/shared";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { AuditEventTypeEnum, AuditEventView } from "../audit/audit-event.results.js";
import { eventsRule } from "../audit/audit-event.access.js";

@Resolver()
export class LiveFeedResolver {
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
}
