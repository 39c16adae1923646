import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { ClientRequest, ClientRequestItem } from "./client-request.entity.js";

@ObjectType("ClientRequestItem", { description: "One thing that is asked for." })
export class ClientRequestItemView {
  @Field(() => ID, { description: "For setRequestItemDone." }) id: string;
  @Field(() => String, { description: "What is asked for." }) text: string;
  @Field(() => Boolean, { description: "It is ticked off." }) done: boolean;

  static of({ id, text, doneAt }: ClientRequestItem): ClientRequestItemView {
    return Object.assign(new ClientRequestItemView(), { id, text, done: doneAt !== null });
  }
}

@ObjectType("ClientRequest", {
  implements: Node,
  description: "What the firm asks of a client: a checklist with a due date.",
})
export class ClientRequestView extends Node {
  firmId: string;
  contactId: string;
  @Field(() => String, { description: "What it is about." }) title: string;
  @Field(() => String, {
    description: "The address that it was sent to, or that took its place since: every link to it goes there.",
  })
  sentTo: string;
  @Field(() => String, { nullable: true, description: "YYYY-MM-DD" }) dueOn: string | null;
  @Field(() => DateTime, { description: "When it was sent." }) createdAt: number;
  @Field(() => DateTime, { nullable: true, description: "Set when every item is done." }) completedAt: number | null;

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

@ObjectType({ description: "A request in a list, and where it stands there." })
export class ClientRequestEdge {
  @Field(() => String, { description: "Pass as after: or before:." }) cursor: string;
  @Field(() => ClientRequestView, { description: "The request." }) node: ClientRequestView;
}

@ObjectType({ description: "A page of requests." })
export class ClientRequestConnection {
  @Field(() => [ClientRequestEdge], { description: "The requests with their cursors." }) edges: ClientRequestEdge[];
  @Field(() => [ClientRequestView], { description: "The requests." }) nodes: ClientRequestView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType({ description: "What mutations about one request answer." })
export class RequestPayload extends Payload {
  @Field(() => ClientRequestView, { nullable: true, description: "The request afterwards." })
  request: ClientRequestView | null = null;
}
