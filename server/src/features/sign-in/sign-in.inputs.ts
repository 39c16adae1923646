import { Field, ID, InputType, registerEnumType } from "type-graphql";
import type { SessionTransport } from "@gatehouse/shared";

export const SessionTransportEnum = { COOKIE: "COOKIE", TOKEN: "TOKEN" } as const;
registerEnumType(SessionTransportEnum, {
  name: "SessionTransport",
  description: "How the session is carried.",
  valuesConfig: {
    COOKIE: { description: "An HttpOnly, SameSite=Lax cookie, Secure under https; sessionToken is null." },
    TOKEN: {
      description:
        "For apps and servers: sessionToken is returned, to be sent as Authorization: Bearer; no cookie is set. Refused if the request has an Origin (from a browser).",
    },
  },
});

@InputType()
export abstract class WithTransport {
  @Field(() => SessionTransportEnum, {
    nullable: true,
    defaultValue: "COOKIE",
    description: "How the session is carried.",
  })
  transport?: SessionTransport | null;
}

@InputType({ description: "A team member's email and password." })
export class TeamSignInInput extends WithTransport {
  @Field(() => String, { description: "The email." }) email: string;
  @Field(() => String, { description: "The password." }) password: string;
  @Field(() => String, {
    nullable: true,
    description:
      "The slug of the firm to sign in to, for somebody in several teams. One whose team they have not joined is refused like a wrong password.",
  })
  firmSlug?: string | null;
}

@InputType({ description: "Which of several teams to sign in to." })
export class ChooseFirmInput extends WithTransport {
  @Field(() => String, { description: "From FirmChoiceRequired." }) challengeToken: string;
  @Field(() => ID, { description: "The id of one of its firms." }) firmId: string;
}

@InputType({ description: "A client's email and password at one firm." })
export class PortalSignInInput extends WithTransport {
  @Field(() => String, { description: "The slug in the portal's address." }) firmSlug: string;
  @Field(() => String, { description: "The login email." }) email: string;
  @Field(() => String, { description: "The password." }) password: string;
  @Field(() => ID, { nullable: true, description: "The requestId of SignInRequired, which is returned in SignedIn." })
  landingRequestId?: string | null;
}

@InputType({ description: "A code from the authenticator app." })
export class VerifyTwoFactorInput extends WithTransport {
  @Field(() => String, { description: "From TwoFactorRequired." }) challengeToken: string;
  @Field(() => String, { description: "The 6 digits." }) code: string;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: false,
    description:
      "Lets this browser skip the code for as long as the firm's policy allows; has no effect if it does not.",
  })
  trustDevice?: boolean | null;
}

@InputType({ description: "A recovery code instead of the authenticator." })
export class UseRecoveryCodeInput extends WithTransport {
  @Field(() => String, { description: "From TwoFactorRequired." }) challengeToken: string;
  @Field(() => String, { description: "With or without dashes, in any case." }) code: string;
}
