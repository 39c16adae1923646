import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A portal account of the firm." })
export class PortalAccountIdInput {
  @Field(() => ID, { description: "The account." }) portalAccountId: string;
}

@InputType({ description: "A portal account of the firm, and why." })
export class PortalAccountReasonInput {
  @Field(() => ID, { description: "The account." }) portalAccountId: string;
  @Field(() => String, { description: "Kept in the audit log." }) reason: string;
}
