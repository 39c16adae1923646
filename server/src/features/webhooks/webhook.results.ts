import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";
import type { AuditEventType } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { AuditEventTypeEnum } from "../audit/audit-event.results.js";
import type { WebhookDelivery, WebhookEndpoint } from "./webhook-endpoint.entity.js";
import { eventCursor } from "./webhook-payload.js";

export const WebhookStateEnum = { ACTIVE: "ACTIVE", FAILING: "FAILING", DISABLED: "DISABLED" } as const;
registerEnumType(WebhookStateEnum, {
  name: "WebhookState",
  description: "The state of deliveries to an endpoint.",
  valuesConfig: {
    ACTIVE: { description: "The last delivery succeeded, or there was none yet." },
    FAILING: { description: "The last attempt failed and will be repeated at nextAttemptAt." },
    DISABLED: { description: "Nothing is sent until a replay is requested." },
  },
});

@ObjectType("WebhookEndpoint", {
  implements: Node,
  description:
    "An address to which the firm's events are sent, signed as in Standard Webhooks 1.0: webhook-id, webhook-timestamp, webhook-signature: v1,<base64 HMAC-SHA256>.",
})
export class WebhookEndpointView extends Node {
  firmId: string;
  @Field(() => String, { description: "Where events are sent." }) url: string;
  @Field(() => [AuditEventTypeEnum], { description: "Which events are sent; empty: all." }) types: AuditEventType[];
  @Field(() => DateTime, { description: "When the endpoint was created." }) createdAt: number;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "Since when nothing is sent: the receiver answered 410 or failed for days. A replay switches it on again.",
  })
  disabledAt: number | null;
  @Field(() => String, {
    nullable: true,
    description: "The cursor of the last acknowledged event; null before the first.",
  })
  deliveredThrough: string | null;
  @Field(() => String, { nullable: true, description: "Why the last attempt failed; null after a success." })
  lastFailure: string | null;
  @Field(() => WebhookStateEnum, { description: "The state of its deliveries." }) state: keyof typeof WebhookStateEnum;
  @Field(() => DateTime, {
    nullable: true,
    description: "When a failed delivery will be retried; null if there is none.",
  })
  nextAttemptAt: number | null;

  static of({
    id,
    firmId,
    url,
    types,
    createdAt,
    disabledAt,
    deliveredThroughSeq,
    lastFailure,
    attempts,
    nextAttemptAt,
  }: WebhookEndpoint): WebhookEndpointView {
    const state = disabledAt !== null ? "DISABLED" : attempts > 0 ? "FAILING" : "ACTIVE";
    return Object.assign(new WebhookEndpointView(), {
      id,
      firmId,
      url,
      createdAt,
      disabledAt,
      lastFailure,
      state,
      nextAttemptAt: state === "FAILING" ? nextAttemptAt : null,
      types: types === "" ? [] : types.split(" "),
      deliveredThrough: deliveredThroughSeq > 0 ? eventCursor(deliveredThroughSeq) : null,
    });
  }
}

@ObjectType("WebhookDelivery", { description: "One attempt to deliver an event. Kept for 30 days." })
export class WebhookDeliveryView {
  @Field(() => ID, { description: "The event's id, as in the webhook-id header." }) eventId: string;
  @Field(() => AuditEventTypeEnum, { description: "What happened." }) eventType: AuditEventType;
  @Field(() => String, {
    description:
      "The cursor before the event: pass it to replayWebhookEvents to have this event and all later ones delivered again.",
  })
  replayAfter: string;
  @Field(() => Int, { description: "The number of this attempt in a row for this event, from 1." }) attempt: number;
  @Field(() => DateTime, { description: "When it was made." }) attemptedAt: number;
  @Field(() => Int, { description: "How many milliseconds it took." }) durationMs: number;
  @Field(() => Boolean, { description: "Whether the receiver accepted it with a 2xx." }) isDelivered: boolean;
  @Field(() => Int, { nullable: true, description: "The HTTP status of the response; null if there was none." })
  responseStatus: number | null;
  @Field(() => String, { nullable: true, description: "Why it failed." }) failure: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "When it was going to be retried; null if it was delivered or given up.",
  })
  nextAttemptAt: number | null;

  static of({ eventSeq, ...row }: WebhookDelivery): WebhookDeliveryView {
    const { eventId, eventType, attempt, attemptedAt, durationMs, isDelivered, responseStatus, failure } = row;
    return Object.assign(new WebhookDeliveryView(), {
      eventId,
      eventType,
      replayAfter: eventCursor(eventSeq - 1),
      attempt,
      attemptedAt,
      durationMs,
      isDelivered,
      responseStatus,
      failure,
      nextAttemptAt: row.nextAttemptAt,
    });
  }
}
@ObjectType({ description: "An attempt in a connection, with its cursor." })
export class WebhookDeliveryEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => WebhookDeliveryView, { description: "The attempt." }) node: WebhookDeliveryView;
}
@ObjectType({ description: "A page of attempts, newest first." })
export class WebhookDeliveryConnection {
  @Field(() => [WebhookDeliveryEdge], { description: "The attempts with their cursors." }) edges: WebhookDeliveryEdge[];
  @Field(() => [WebhookDeliveryView], { description: "The attempts." }) nodes: WebhookDeliveryView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@InputType({ description: "Where to send events." })
export class CreateWebhookEndpointInput {
  @Field(() => String, { description: "An https address on the public internet." }) url: string;
  @Field(() => [AuditEventTypeEnum], { nullable: true, description: "Which events to send; all if empty or omitted." })
  types?: AuditEventType[] | null;
}
@InputType({ description: "A webhook endpoint of the firm." })
export class WebhookEndpointIdInput {
  @Field(() => ID, { description: "The endpoint." }) webhookEndpointId: string;
}
@InputType({ description: "Where to start delivering again." })
export class ReplayWebhookEventsInput {
  @Field(() => ID, { description: "The endpoint." }) webhookEndpointId: string;
  @Field(() => String, { description: "The cursor of an event: every later one is delivered again." }) after: string;
}

@ObjectType({ description: "The payload of rotateWebhookSecret." })
export class RotateWebhookSecretPayload extends Payload {
  @Field(() => WebhookEndpointView, { nullable: true, description: "The endpoint." })
  webhookEndpoint: WebhookEndpointView | null = null;
  @Field(() => String, {
    nullable: true,
    description: "whsec_..., shown only this once. For a day, deliveries are also signed with the previous secret.",
  })
  signingSecret: string | null = null;
}
@ObjectType({ description: "The payload of createWebhookEndpoint." })
export class CreateWebhookEndpointPayload extends Payload {
  @Field(() => WebhookEndpointView, { nullable: true, description: "The endpoint." })
  webhookEndpoint: WebhookEndpointView | null = null;
  @Field(() => String, { nullable: true, description: "whsec_..., to verify signatures with; shown only this once." })
  signingSecret: string | null = null;
}
@ObjectType({ description: "The endpoint's new state." })
export class WebhookEndpointPayload extends Payload {
  @Field(() => WebhookEndpointView, { nullable: true, description: "The endpoint." })
  webhookEndpoint: WebhookEndpointView | null = null;
}
