import { Field, InputType } from "type-graphql";

@InputType({ description: "The token of a mail about a change that its owner did not make." })
export class ReportNotMeInput {
  @Field(() => String, { description: "From the mail's link." }) token: string;
}
