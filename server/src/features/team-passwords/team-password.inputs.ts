import { Field, InputType } from "type-graphql";
import { WithTransport } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "The password that a colleague chooses, or has." })
export class ChooseTeamPasswordInput extends WithTransport {
  @Field(() => String, { description: "From the mailed link." }) token: string;
  @Field(() => String, { description: "The new password; to join, the present one of somebody who has one." })
  password: string;
}

@InputType({ description: "An address that signs in to the dashboard." })
export class TeamEmailInput {
  @Field(() => String, { description: "The colleague's address." }) email: string;
}
