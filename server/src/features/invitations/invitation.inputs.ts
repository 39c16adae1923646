import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "The contacts to invite to the portal." })
export class InviteContactsInput {
  @Field(() => [ID], { description: "Up to 500 contacts." }) contactIds: string[];
  @Field(() => String, { nullable: true, description: "A few words of your own, up to 2000 characters." }) message?:
    string | null;
}
