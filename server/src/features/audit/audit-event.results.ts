import { Field, InputType, ArgsType, ID, ObjectType } from "type-graphql";
import {
  auditEvents,
  signInMethods,
  type ActorKind,
  type AuditChange,
  type AuditEventType,
  type SignInMethod,
} from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Json } from "../../platform/graphql/json.js";
import { Node } from "../../platform/graphql/node.js";
import { encodeCursor, PageArgs, PageInfo } from "../../platform/graphql/pages.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { changesOf, isErased, methodsOf } from "../work/event-sentence.js";
import type { AuditEvent } from "./audit-event.entity.js";

export const AuditEventTypeEnum = tableEnum(
  "AuditEventType",
  "What happened. More types may be added.",
  auditEvents,
  ({ title }) => title,
);
const actorKinds: Record<ActorKind, string> = {
  TEAM_MEMBER: "A member of the firm's team.",
  API_KEY: "An integrator's key.",
  CLIENT: "A client, or somebody who claimed to be one.",
  SYSTEM: "Gatehouse itself.",
};
export const ActorKindEnum = tableEnum("ActorKind", "The kind of caller who did it.", actorKinds, String);

export const SignInMethodEnum = tableEnum(
  "SignInMethod",
  "How somebody proved who they are: the fact, where the assurance is what the firm's policy makes of it.",
  signInMethods,
  ({ title }) => title,
);

@ObjectType("AuditChange", { description: "One field that an event changed." })
class AuditChangeView {
  @Field(() => String, { description: "The field, as the API names it." }) field: string;
  @Field(() => Json, { nullable: true, description: "Its value before; null: not set." }) before: unknown;
  @Field(() => Json, { nullable: true, description: "Its value after; null: not set." }) after: unknown;
}

/** The kind of the log's cursors, whose keys are [seq]. */
export const AUDIT_CURSOR = "audit";

@ObjectType("AuditEvent", {
  implements: Node,
  description:
    "One security-relevant fact, written in the same transaction as what it records. Never changed, except that facts about a person are erased when the contact is deleted. Kept for ever, unless the operator has set for how long: then the oldest ones are deleted, never one in between.",
})
export class AuditEventView extends Node {
  stored: AuditEvent;
  /** The name of the contact it is about, if it was read along. */
  contactName?: string | null;
  @Field(() => String, { description: "Orders the firm's events without gaps. Pass it as `after`." }) cursor: string;
  @Field(() => AuditEventTypeEnum, { description: "What happened." }) type: AuditEventType;
  @Field(() => DateTime, { description: "When it happened." }) occurredAt: number;
  @Field(() => ActorKindEnum, { description: "The kind of caller who did it." }) actorKind: ActorKind;
  @Field(() => ID, { nullable: true, description: "The team member, key or account that did it." }) actorId:
    string | null;
  @Field(() => String, { nullable: true, description: "The name of whoever did it." }) actorName: string | null;
  @Field(() => String, { nullable: true, description: "The reason, for acts that require one." }) reason: string | null;
  @Field(() => String, { nullable: true, description: "The address from which it was done." }) ipAddress: string | null;
  @Field(() => String, { nullable: true, description: "The browser or program with which it was done." }) userAgent:
    string | null;
  @Field(() => [SignInMethodEnum], {
    nullable: true,
    description:
      "How somebody proved who they are, in order. Null for events that prove nobody, and for those that were recorded before Gatehouse kept it.",
  })
  methods: SignInMethod[] | null;
  @Field(() => [AuditChangeView], {
    description: "The fields that changed, with their values before and after at that moment.",
  })
  changes: AuditChange[];
  @Field(() => Json, {
    description:
      "The facts of that moment from which `summary` is made, as an object whose form depends on `type`. Fields may be added.",
  })
  data: unknown;
  @Field(() => Boolean, {
    description:
      "Whether facts about a person were erased from it, because the contact was deleted. `summary` then says so in their place, and `actorName`, `reason`, `ipAddress`, `userAgent`, `changes` and what `data` said about the person are gone, as far as they were about that person. The event itself stays.",
  })
  isErased: boolean;

  static of(event: AuditEvent, contactName?: string | null): AuditEventView {
    const { id, type, occurredAt, actorKind, actorId, actorName, reason, ipAddress, userAgent } = event;
    return Object.assign(new AuditEventView(), {
      id,
      type,
      actorKind,
      actorId,
      actorName,
      reason,
      ipAddress,
      userAgent,
      methods: methodsOf(event),
      changes: changesOf(event),
      data: JSON.parse(event.data) as unknown,
      isErased: isErased(event),
      occurredAt,
      cursor: encodeCursor(AUDIT_CURSOR, [event.seq]),
      stored: event,
      contactName,
    });
  }
}

@ObjectType({ description: "An event in a connection, with its cursor." })
export class AuditEventEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => AuditEventView, { description: "The event." }) node: AuditEventView;
}

@ObjectType({ description: "A page of events, newest first." })
export class AuditEventConnection {
  @Field(() => [AuditEventEdge], { description: "The events with their cursors." }) edges: AuditEventEdge[];
  @Field(() => [AuditEventView], { description: "The events." }) nodes: AuditEventView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@InputType({ description: "Which events to return. All conditions must hold." })
export class AuditEventFilter {
  @Field(() => [AuditEventTypeEnum], { nullable: true, description: "Only events of one of these types." }) types?:
    AuditEventType[] | null;
  @Field(() => ID, { nullable: true, description: "Only events about this contact or its account." }) contactId?:
    string | null;
  @Field(() => [ActorKindEnum], { nullable: true, description: "Only events by one of these kinds of callers." })
  actorKinds?: ActorKind[] | null;
  @Field(() => ID, { nullable: true, description: "Only events by this team member, API key or portal account." })
  actorId?: string | null;
  @Field(() => DateTime, { nullable: true, description: "Only events at or after this time." }) since?: number | null;
  @Field(() => DateTime, { nullable: true, description: "Only events before this time." }) until?: number | null;
}

@ArgsType()
export class AuditEventsArgs extends PageArgs {
  @Field(() => AuditEventFilter, { nullable: true, description: "Which events to return." })
  filter?: AuditEventFilter | null;
}
