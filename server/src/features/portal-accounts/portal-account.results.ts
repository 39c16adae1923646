import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { SecondFactorFacts } from "../two-factor/two-factor.results.js";
import type { PortalAccount } from "./portal-account.entity.js";

@ObjectType("PortalAccount", {
  implements: Node,
  description: "A client's login at one firm. It serves every contact of the firm with that email.",
})
export class PortalAccountView extends Node {
  firmId: string;
  /** The second factor, if it was read along. */
  secondFactor?: SecondFactorFacts;
  @Field(() => String, { description: "The login email." }) email: string;
  @Field(() => DateTime, { description: "When the client created it." }) createdAt: number;
  @Field(() => DateTime, { nullable: true, description: "When the client last signed in." }) lastSignInAt:
    number | null;
  @Field(() => DateTime, {
    nullable: true,
    description: "Since when no contact has the account; null: a contact has it.",
  })
  unlinkedAt: number | null;

  static of(
    account: Pick<PortalAccount, "id" | "firmId" | "email" | "createdAt" | "lastSignInAt" | "unlinkedAt">,
  ): PortalAccountView {
    const view = new PortalAccountView();
    view.id = account.id;
    view.firmId = account.firmId;
    view.email = account.email;
    view.createdAt = account.createdAt;
    view.lastSignInAt = account.lastSignInAt;
    view.unlinkedAt = account.unlinkedAt;
    return view;
  }
}

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
