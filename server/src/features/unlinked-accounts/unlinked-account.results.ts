import { Field, ID, ObjectType } from "type-graphql";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";

@ObjectType({ description: "A portal account in a list, and where it stands there." })
export class PortalAccountEdge {
  @Field(() => String, { description: "Pass as after: or before:." }) cursor: string;
  @Field(() => PortalAccountView, { description: "The account." }) node: PortalAccountView;
}

@ObjectType({ description: "A page of portal accounts." })
export class PortalAccountConnection {
  @Field(() => [PortalAccountEdge], { description: "The accounts with their cursors." }) edges: PortalAccountEdge[];
  @Field(() => [PortalAccountView], { description: "The accounts." }) nodes: PortalAccountView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
  /** What totalCount counts; it is counted only when asked for. */
  count: () => Promise<number>;
}

@ObjectType({ description: "What mutations about one portal account answer." })
export class PortalAccountPayload extends Payload {
  @Field(() => PortalAccountView, { nullable: true, description: "The account afterwards." })
  portalAccount: PortalAccountView | null = null;
}

@ObjectType({ description: "What deleteUnlinkedPortalAccount answers." })
export class DeletedPortalAccountPayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The account that is gone." })
  deletedPortalAccountId: string | null = null;
}
