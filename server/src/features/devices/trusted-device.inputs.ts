import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "A trusted device." })
export class RevokeTrustedDeviceInput {
  @Field(() => ID, { description: "The device." }) trustedDeviceId: string;
  @Field(() => String, { nullable: true, description: "Kept in the audit log." }) reason?: string | null;
}
