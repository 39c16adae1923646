import "reflect-metadata";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createPubSub } from "@graphql-yoga/subscription";
import { graphql } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import {
  Arg,
  buildSchema,
  Field,
  ID,
  InputType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from "type-graphql";
import { WebSocketServer } from "ws";
import { change } from "../floor/change.js";

/**
 * graphql-ws + type-graphql as their guides show them: a topic, the payload is the event, each subscriber executes for
 * itself. It authenticates nobody, and the contact comes with the payload, so that no subscriber queries the database.
 */
@ObjectType()
class TwoFactorStatus {
  @Field(() => Boolean) enrolled: boolean;
}
@ObjectType()
class PortalAccount {
  @Field(() => String) email: string;
  @Field(() => String, { nullable: true }) lastSignInAt: string | null;
  @Field(() => TwoFactorStatus) twoFactor: TwoFactorStatus;
}
@ObjectType()
class Contact {
  @Field(() => ID) id: string;
  @Field(() => String) name: string;
  @Field(() => String, { nullable: true }) email: string | null;
  @Field(() => String) portalAccessState: string;
  @Field(() => PortalAccount, { nullable: true }) portalAccount: PortalAccount | null;
}
@ObjectType()
class AuditEvent {
  @Field(() => String) cursor: string;
  @Field(() => ID) id: string;
  @Field(() => String) type: string;
  @Field(() => String) occurredAt: string | null;
  @Field(() => String) actorName: string;
  @Field(() => String) summary: string;
  @Field(() => Contact) contact: Contact;
}
@ObjectType()
class UserError {
  @Field(() => String) message: string;
}
@ObjectType()
class ContactPayload {
  @Field(() => [UserError]) userErrors: UserError[];
}
@InputType()
class UpdateContactInput {
  @Field(() => ID) contactId: string;
  @Field(() => String) externalId: string;
}

const pubSub = createPubSub<{ AUDIT: [AuditEvent] }>();
@Resolver()
class FeedResolver {
  @Query(() => Boolean)
  ready(): boolean {
    return true;
  }
  @Mutation(() => ContactPayload)
  async updateContact(@Arg("input", () => UpdateContactInput) input: UpdateContactInput): Promise<ContactPayload> {
    pubSub.publish("AUDIT", await change(input.contactId, input.externalId));
    return { userErrors: [] };
  }
  @Subscription(() => AuditEvent, { topics: "AUDIT" })
  auditEvents(@Root() event: AuditEvent): AuditEvent {
    return event;
  }
}

const schema = await buildSchema({ resolvers: [FeedResolver], pubSub, validate: false });
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return void response.end("ready");
  const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string; variables: object };
  const text = JSON.stringify(await graphql({ schema, source: query, variableValues: { ...variables } }));
  response.setHeader("content-length", Buffer.byteLength(text));
  return void response.end(text);
}
const server = createServer((request, response) => void answer(request, response));
useServer({ schema }, new WebSocketServer({ server, path: "/graphql" }));
server.listen(Number(process.env.PORT), "127.0.0.1");
