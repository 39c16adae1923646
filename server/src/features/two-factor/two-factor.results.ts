import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { SessionView } from "../sessions/session.results.js";

/** What is known about a person's second factor. */
export interface SecondFactorFacts {
  enrolledAt: number | null;
  recoveryCodesRemaining: number;
  lockedUntil: number | null;
  required: boolean;
}

@ObjectType("TwoFactorStatus", { description: "What may be known about a person's second factor." })
export class TwoFactorStatusView {
  @Field(() => Boolean, { description: "Whether an authenticator is in force." }) enrolled: boolean;
  @Field(() => DateTime, { nullable: true, description: "Since when; null if none is in force." }) enrolledAt:
    number | null;
  @Field(() => Boolean, { description: "Whether the firm's policy requires one now." }) required: boolean;
  @Field(() => Int, { description: "How many recovery codes are unused." }) recoveryCodesRemaining: number;

  static of({
    enrolledAt,
    required,
    recoveryCodesRemaining,
  }: Omit<SecondFactorFacts, "lockedUntil">): TwoFactorStatusView {
    const view = new TwoFactorStatusView();
    view.enrolled = enrolledAt !== null;
    view.enrolledAt = enrolledAt;
    view.required = required;
    view.recoveryCodesRemaining = recoveryCodesRemaining;
    return view;
  }
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
