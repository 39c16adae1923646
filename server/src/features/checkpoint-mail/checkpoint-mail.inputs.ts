import { Field, InputType } from "type-graphql";

@InputType({ description: "Whether checkpoints of the audit log are mailed." })
export class CheckpointMailInput {
  @Field(() => Boolean, { description: "True: mailed once a day, when something has happened." }) isOn: boolean;
}
