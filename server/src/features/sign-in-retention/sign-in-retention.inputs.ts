import { Field, InputType, Int } from "type-graphql";

@InputType({ description: "For how long sign-in events keep names, addresses and devices, and why." })
export class SignInEventDaysInput {
  @Field(() => Int, { nullable: true, description: "30 to 3650 days; null: for ever." })
  days?: number | null;
  @Field(() => String, { description: "Why. It stays in the audit log." }) reason: string;
}
