import { Field, InputType } from "type-graphql";
import { WithTransport } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "The password of a new account, and the proof of its mailbox." })
export class CreatePortalAccountInput extends WithTransport {
  @Field(() => String, {
    nullable: true,
    description: "From a mail or AccountRequired; omitted in a session by a magic link.",
  })
  confirmationToken?: string | null;
  @Field(() => String, { description: "15 to 128 characters." }) password: string;
}

@InputType({ description: "A new password, by a mailed link." })
export class ResetPasswordInput extends WithTransport {
  @Field(() => String, { description: "From the mail." }) resetToken: string;
  @Field(() => String, { description: "15 to 128 characters." }) newPassword: string;
}

@InputType({ description: "A mailed token." })
export class ConfirmLoginEmailInput {
  @Field(() => String, { description: "From the mail." }) token: string;
}
