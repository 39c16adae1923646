import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { ClientRequest, ClientRequestItem } from "./client-request.entity.js";

@ObjectType("ClientRequestItem", { description: "One item of a request." })
export class ClientRequestItemView {
  @Field(() => ID, { description: "For setRequestItemDone." }) id: string;
  @Field(() => String, { description: "What the firm needs." }) text: string;
  @Field(() => Boolean, { description: "Whether the item is done." }) done: boolean;

  static of({ id, text, doneAt }: ClientRequestItem): ClientRequestItemView {
    return Object.assign(new ClientRequestItemView(), { id, text, done: doneAt !== null });
  }
}

@ObjectType("ClientRequest", {
  implements: Node,
  description: "A firm's request to a client: a checklist with a due date.",
})
export class ClientRequestView extends Node {
  firmId: string;
  contactId: string;
  @Field(() => String, { description: "What it is about." }) title: string;
  @Field(() => String, {
    description:
      "The address to which it was sent, or the one that has replaced it since. Every link to it goes there.",
  })
  sentTo: string;
  @Field(() => String, { nullable: true, description: "YYYY-MM-DD" }) dueOn: string | null;
  @Field(() => DateTime, { description: "When it was sent." }) createdAt: number;
  @Field(() => DateTime, { nullable: true, description: "When every item was done; null while one is open." })
  completedAt: number | null;

  static of(request: ClientRequest): ClientRequestView {
    const { id, firmId, contactId, title, sentTo, dueOn, createdAt, completedAt } = request;
    return Object.assign(new ClientRequestView(), {
      id,
      firmId,
      contactId,
      title,
      sentTo,
      dueOn,
      createdAt,
      completedAt,
    });
  }
}

@ObjectType({ description: "A request in a connection, with its cursor." })
export class ClientRequestEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => ClientRequestView, { description: "The request." }) node: ClientRequestView;
}

@ObjectType({ description: "A page of requests." })
export class ClientRequestConnection {
  @Field(() => [ClientRequestEdge], { description: "The requests with their cursors." }) edges: ClientRequestEdge[];
  @Field(() => [ClientRequestView], { description: "The requests." }) nodes: ClientRequestView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType({ description: "The payload of mutations on one request." })
export class RequestPayload extends Payload {
  @Field(() => ClientRequestView, { nullable: true, description: "The updated request." })
  request: ClientRequestView | null = null;
}
