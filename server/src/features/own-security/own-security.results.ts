import { Field, ID, Int, ObjectType } from "type-graphql";
import { Payload } from "../../platform/graphql/payloads.js";
import { SessionView } from "../sessions/session.results.js";
import { SignedIn } from "../sign-in/sign-in.results.js";
import { DateTime } from "../../platform/graphql/date-time.js";
import { TwoFactorStatusView } from "../two-factor/two-factor.results.js";

@ObjectType({ description: "The payload of confirmTwoFactorEnrollment." })
export class ConfirmTwoFactorEnrollmentPayload extends Payload {
  @Field(() => [String], { nullable: true, description: "The recovery codes, shown only this once." }) recoveryCodes:
    string[] | null = null;
  @Field(() => SignedIn, { nullable: true, description: "Set if an enrollmentToken was passed." })
  signedIn: SignedIn | null = null;
}

@ObjectType({ description: "The payload of signOut." })
export class SignOutPayload extends Payload {}

@ObjectType({ description: "The payload of changePassword." })
export class ChangePasswordPayload extends Payload {
  @Field(() => SessionView, { nullable: true, description: "The caller's session; every other one has ended." })
  session: SessionView | null = null;
}

@ObjectType({ description: "The payload of revokeSession." })
export class RevokeSessionPayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The session that ended." }) revokedSessionId: string | null = null;
}

@ObjectType({ description: "The payload of signOutEverywhere." })
export class SignOutEverywherePayload extends Payload {
  @Field(() => SessionView, { nullable: true, description: "The caller's session, which continues." })
  session: SessionView | null = null;
  @Field(() => Int, { nullable: true, description: "How many other sessions ended." })
  endedSessions: number | null = null;
}

@ObjectType({ description: "A new authenticator's secret, not in force until a code confirms it." })
export class PendingTwoFactorEnrollment {
  @Field(() => String, {
    description: "otpauth://totp/<firm>:<email>?secret=…&issuer=<firm>&algorithm=SHA1&digits=6&period=30",
  })
  otpauthUri: string;
  @Field(() => String, { description: "The secret in base32 (160 bits), for typing by hand." }) secret: string;
  @Field(() => String, { description: "The URI as a QR code: a data: URI of an SVG, drawn by the server." })
  qrCode: string;
  @Field(() => DateTime, { description: "Until when it can be confirmed." }) expiresAt: number;
}

@ObjectType({ description: "The payload of beginTwoFactorEnrollment." })
export class BeginTwoFactorEnrollmentPayload extends Payload {
  @Field(() => PendingTwoFactorEnrollment, {
    nullable: true,
    description: "The secret to enter into an authenticator app.",
  })
  enrollment: PendingTwoFactorEnrollment | null = null;
}

@ObjectType({ description: "The payload of regenerateRecoveryCodes." })
export class RecoveryCodesPayload extends Payload {
  @Field(() => [String], {
    nullable: true,
    description: "The new codes, shown only this once. The older ones are void.",
  })
  recoveryCodes: string[] | null = null;
}

@ObjectType({ description: "The payload of disableTwoFactor." })
export class DisableTwoFactorPayload extends Payload {
  @Field(() => TwoFactorStatusView, { nullable: true, description: "The second factor's new state." })
  twoFactor: TwoFactorStatusView | null = null;
}

@ObjectType({ description: "The payload of stepUp." })
export class StepUpPayload extends Payload {
  @Field(() => SessionView, { nullable: true, description: "The session, fresh for 10 minutes." })
  session: SessionView | null = null;
}
