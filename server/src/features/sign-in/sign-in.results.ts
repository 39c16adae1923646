import { createUnionType, Field, ID, Int, ObjectType } from "type-graphql";
import { secondFactorKinds, type SecondFactorKind } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { SessionView } from "../sessions/session.results.js";
import { ViewerUnion, type PersonViewer } from "../viewers/viewer.results.js";

@ObjectType({ description: "The way is done: a session is open." })
export class SignedIn {
  @Field(() => ViewerUnion, { description: "Who is signed in." }) viewer: PersonViewer;
  @Field(() => SessionView, { description: "The new session." }) session: SessionView;
  @Field(() => String, {
    nullable: true,
    description: "With transport TOKEN: send it as Authorization: Bearer. Null with COOKIE.",
  })
  sessionToken: string | null;
  @Field(() => ID, {
    nullable: true,
    description:
      "The request to open now: the one that a magic link led here for. Null where none did, or the session does not reach it.",
  })
  landingRequestId: string | null;

  constructor(values?: Pick<SignedIn, "viewer" | "session" | "sessionToken" | "landingRequestId">) {
    Object.assign(this, values);
  }
}

const SecondFactorKindEnum = tableEnum(
  "SecondFactorKind",
  "What may be given as second factor.",
  secondFactorKinds,
  ({ title }) => title,
);

@ObjectType({
  description:
    "A code is needed. Good for verifyTwoFactor, useRecoveryCode and verifyPasskey alone, for 5 minutes and 5 tries.",
})
export class TwoFactorRequired {
  @Field(() => String, { description: "Names this sign-in in the next call." }) challengeToken: string;
  @Field(() => DateTime, { description: "Until when." }) expiresAt: number;
  @Field(() => Int, {
    nullable: true,
    description: "For how many days verifyTwoFactor's trustDevice lets this device skip the code; null: not at all.",
  })
  trustedDeviceDays: number | null;
  @Field(() => Boolean, {
    description: "A passkey may take the code's place: beginPasskeyVerification, verifyPasskey.",
  })
  hasPasskey: boolean;
  @Field(() => [SecondFactorKindEnum], {
    description: "What proves this person now: verifyTwoFactor, useRecoveryCode, or beginPasskeyVerification.",
  })
  methods: SecondFactorKind[];

  constructor(
    values?: Pick<TwoFactorRequired, "challengeToken" | "expiresAt" | "trustedDeviceDays" | "hasPasskey" | "methods">,
  ) {
    Object.assign(this, values);
  }
}

@ObjectType({
  description:
    "An authenticator has to be set up first. Good for begin- and confirmTwoFactorEnrollment alone, for 10 minutes. Not a session. Where a password alone led here (not the mailbox), a 6-digit code was mailed to the login email and beginTwoFactorEnrollment asks for it, so that a stolen password cannot enrol the thief's phone.",
})
export class TwoFactorEnrollmentRequired {
  @Field(() => String, { description: "Names this sign-in in the next calls." }) enrollmentToken: string;
  @Field(() => DateTime, { description: "Until when." }) expiresAt: number;
  @Field(() => Boolean, { description: "beginTwoFactorEnrollment needs the mailed code." }) emailCodeRequired: boolean;
  @Field(() => String, { description: "Where the code went, masked." }) maskedEmail: string;

  constructor(
    values?: Pick<TwoFactorEnrollmentRequired, "enrollmentToken" | "expiresAt" | "emailCodeRequired" | "maskedEmail">,
  ) {
    Object.assign(this, values);
  }
}

const SignInResultUnion = createUnionType({
  name: "SignInResult",
  description: "Signed in, or what has to be done first.",
  types: () => [SignedIn, TwoFactorRequired, TwoFactorEnrollmentRequired] as const,
});
export type SignInOutcome = SignedIn | TwoFactorRequired | TwoFactorEnrollmentRequired;

@ObjectType({ description: "What the mutations that sign in answer." })
export class SignInPayload extends Payload {
  @Field(() => SignInResultUnion, { nullable: true, description: "Signed in, or what has to be done first." })
  result: SignInOutcome | null = null;
}
