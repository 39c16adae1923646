import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A new request to a contact." })
export class SendClientRequestInput {
  @Field(() => ID, { description: "The contact, who must have an email." }) contactId: string;
  @Field(() => String, { description: "1 to 200 characters." }) title: string;
  @Field(() => [String], { description: "1 to 50 items of 1 to 500 characters." }) items: string[];
  @Field(() => String, { nullable: true, description: "YYYY-MM-DD" }) dueOn?: string | null;
}

@InputType({ description: "A request of the firm." })
export class RequestIdInput {
  @Field(() => ID, { description: "The request." }) requestId: string;
}

@InputType({ description: "An item of a request that the caller may see." })
export class SetRequestItemDoneInput {
  @Field(() => ID, { description: "The item." }) itemId: string;
  @Field(() => Boolean, { description: "Whether the item is done." }) done: boolean;
}
