import { Field, ID, InputType } from "type-graphql";
import { WithTransport } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "A new passkey." })
export class AddPasskeyInput {
  @Field(() => String, { description: "RegistrationResponseJSON of WebAuthn Level 3, from the browser." })
  response: string;
  @Field(() => String, { description: "A name for it, such as the device's." }) name: string;
}

@InputType({ description: "One of the caller's own passkeys." })
export class RemovePasskeyInput {
  @Field(() => ID, { description: "The passkey." }) passkeyId: string;
}

@InputType({ description: "What the passkey should prove." })
export class BeginPasskeyVerificationInput {
  @Field(() => String, {
    nullable: true,
    description: "From TwoFactorRequired, to continue signing in. A signed-in caller omits it, for stepUp.",
  })
  challengeToken?: string | null;
}

@InputType({ description: "A passkey's response instead of a code." })
export class VerifyPasskeyInput extends WithTransport {
  @Field(() => String, { description: "From TwoFactorRequired." }) challengeToken: string;
  @Field(() => String, { description: "AuthenticationResponseJSON of WebAuthn Level 3, from the browser." })
  response: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description: "As in verifyTwoFactor.",
  })
  trustDevice?: boolean | null;
}
