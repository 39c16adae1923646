import { Field, ID, ObjectType } from "type-graphql";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";

@ObjectType({ description: "A portal account in a connection, with its cursor." })
export class PortalAccountEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => PortalAccountView, { description: "The account." }) node: PortalAccountView;
}

@ObjectType({ description: "A page of portal accounts." })
export class PortalAccountConnection {
  @Field(() => [PortalAccountEdge], { description: "The accounts with their cursors." }) edges: PortalAccountEdge[];
  @Field(() => [PortalAccountView], { description: "The accounts." }) nodes: PortalAccountView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
  /** Computes totalCount, which is counted only if it is requested. */
  count: () => Promise<number>;
}

@ObjectType({ description: "The payload of mutations on one portal account." })
export class PortalAccountPayload extends Payload {
  @Field(() => PortalAccountView, { nullable: true, description: "The updated account." })
  portalAccount: PortalAccountView | null = null;
}

@ObjectType({ description: "The payload of deleteUnlinkedPortalAccount." })
export class DeletedPortalAccountPayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The deleted account." })
  deletedPortalAccountId: string | null = null;
}
