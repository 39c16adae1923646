import { Field, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
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
