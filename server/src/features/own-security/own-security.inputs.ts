import { Field, ID, InputType } from "type-graphql";
import { WithTransport } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "With a token while signing in, without one for a signed-in caller." })
export class BeginTwoFactorEnrollmentInput {
  @Field(() => String, { nullable: true, description: "From TwoFactorEnrollmentRequired." }) enrollmentToken?:
    string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "The mailed code, if emailCodeRequired is set. A signed-in caller sends it after EMAIL_CODE_REQUIRED was returned; leaving it out mails another one.",
  })
  emailCode?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "To replace an authenticator in force: a code from it, or a recovery code. The old one stays in force until the new one is confirmed.",
  })
  currentCode?: string | null;
}

@InputType({ description: "The first code of the new authenticator." })
export class ConfirmTwoFactorEnrollmentInput extends WithTransport {
  @Field(() => String, { nullable: true, description: "The token given to beginTwoFactorEnrollment." })
  enrollmentToken?: string | null;
  @Field(() => String, { description: "The 6 digits." }) code: string;
}

@InputType({ description: "A code of the second factor in force." })
export class CodeInput {
  @Field(() => String, { description: "From the authenticator app, or a recovery code." }) code: string;
}

@InputType({ description: "The current and the new password." })
export class ChangePasswordInput {
  @Field(() => String, { description: "The current password." }) currentPassword: string;
  @Field(() => String, { description: "15 to 128 characters." }) newPassword: string;
}

@InputType({ description: "A new proof of identity." })
export class StepUpInput {
  @Field(() => String, { description: "The password." }) password: string;
  @Field(() => String, { nullable: true, description: "Required if 2FA is on." }) code?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "Instead of the code: a passkey's response to beginPasskeyVerification, AuthenticationResponseJSON of WebAuthn.",
  })
  passkeyResponse?: string | null;
}

@InputType({ description: "One of the caller's own sessions." })
export class RevokeSessionInput {
  @Field(() => ID, { description: "The session." }) sessionId: string;
}
