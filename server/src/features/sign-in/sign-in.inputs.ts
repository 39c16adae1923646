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
}

@InputType({ description: "The password that a colleague chooses." })
export class ChooseTeamPasswordInput extends WithTransport {
  @Field(() => String, { description: "From the mailed link." }) token: string;
  @Field(() => String, { description: "The new password." }) password: string;
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

@InputType({ description: "An address at one firm's portal." })
export class PortalEmailInput {
  @Field(() => String, { description: "The slug in the portal's address." }) firmSlug: string;
  @Field(() => String, { description: "The client's address." }) email: string;
}

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
