import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { SessionView } from "../sessions/session.results.js";

/** What is known of somebody's second factor. */
export interface SecondFactorFacts {
  enrolledAt: number | null;
  recoveryCodesRemaining: number;
  lockedUntil: number | null;
  required: boolean;
}

@ObjectType("TwoFactorStatus", { description: "What may be known of somebody's second factor." })
export class TwoFactorStatusView {
  @Field(() => Boolean, { description: "An authenticator is in force." }) enrolled: boolean;
  @Field(() => DateTime, { nullable: true, description: "Since when." }) enrolledAt: number | null;
  @Field(() => Boolean, { description: "The firm's policy requires one, now." }) required: boolean;
  @Field(() => Int, { description: "Recovery codes that were not used yet." }) recoveryCodesRemaining: number;

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
  @Field(() => String, { description: "The secret in base32 (160 bits), to type by hand." }) secret: string;
  @Field(() => String, { description: "The URI as a QR code: a data: URI of an SVG, drawn by the server." })
  qrCode: string;
  @Field(() => DateTime, { description: "Until when it can be confirmed." }) expiresAt: number;
}

@ObjectType({ description: "What beginTwoFactorEnrollment answers." })
export class BeginTwoFactorEnrollmentPayload extends Payload {
  @Field(() => PendingTwoFactorEnrollment, {
    nullable: true,
    description: "The secret to put into an authenticator app.",
  })
  enrollment: PendingTwoFactorEnrollment | null = null;
}

@ObjectType({ description: "What regenerateRecoveryCodes answers." })
export class RecoveryCodesPayload extends Payload {
  @Field(() => [String], { nullable: true, description: "The new codes, shown this once; the older ones are void." })
  recoveryCodes: string[] | null = null;
}

@ObjectType({ description: "What disableTwoFactor answers." })
export class DisableTwoFactorPayload extends Payload {
  @Field(() => TwoFactorStatusView, { nullable: true, description: "The second factor afterwards." })
  twoFactor: TwoFactorStatusView | null = null;
}

@ObjectType({ description: "What stepUp answers." })
export class StepUpPayload extends Payload {
  @Field(() => SessionView, { nullable: true, description: "The session, fresh for 10 minutes." })
  session: SessionView | null = null;
}
