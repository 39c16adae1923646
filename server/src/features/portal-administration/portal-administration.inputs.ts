import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A contact of the firm." })
export class ContactIdInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
}

@InputType({ description: "A contact of the firm, and why." })
export class ContactReasonInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { description: "Kept in the audit log." }) reason: string;
}

@InputType({ description: "A contact of the firm, and the address to sign in with from now on." })
export class ChangeLoginEmailInput {
  @Field(() => ID, { description: "The contact." }) contactId: string;
  @Field(() => String, { description: "The new login email, which must be confirmed by mail." }) email: string;
}
