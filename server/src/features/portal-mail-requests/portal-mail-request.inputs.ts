import { Field, InputType } from "type-graphql";

@InputType({ description: "An address at one firm's portal." })
export class PortalEmailInput {
  @Field(() => String, { description: "The slug in the portal's address." }) firmSlug: string;
  @Field(() => String, { description: "The client's address." }) email: string;
}
