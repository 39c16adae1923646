import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";

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
