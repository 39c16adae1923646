import { createUnionType, Field, ID, Int, ObjectType } from "type-graphql";
import { secondFactorKinds, type SecondFactorKind } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { SessionView } from "../sessions/session.results.js";
import { ViewerUnion, type PersonViewer } from "../viewers/viewer.results.js";

@ObjectType({ description: "The sign-in is complete: a session is open." })
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
      "The request to open now, which a magic link led here for. Null if none did, or if the session does not reach it.",
  })
  landingRequestId: string | null;

  constructor(values?: Pick<SignedIn, "viewer" | "session" | "sessionToken" | "landingRequestId">) {
    Object.assign(this, values);
  }
}

const SecondFactorKindEnum = tableEnum(
  "SecondFactorKind",
  "A kind of proof that can be given as second factor.",
  secondFactorKinds,
  ({ title }) => title,
);

@ObjectType({
  description:
    "A code is required. The token works only for verifyTwoFactor, useRecoveryCode and verifyPasskey, for 5 minutes and 5 attempts.",
})
export class TwoFactorRequired {
  @Field(() => String, { description: "Identifies this sign-in in the next call." }) challengeToken: string;
  @Field(() => DateTime, { description: "When the token expires." }) expiresAt: number;
  @Field(() => Int, {
    nullable: true,
    description: "For how many days verifyTwoFactor's trustDevice lets this device skip the code; null: not at all.",
  })
  trustedDeviceDays: number | null;
  @Field(() => Boolean, {
    description: "Whether a passkey can replace the code: beginPasskeyVerification, verifyPasskey.",
  })
  hasPasskey: boolean;
  @Field(() => [SecondFactorKindEnum], {
    description: "What can prove this person now: verifyTwoFactor, useRecoveryCode, or beginPasskeyVerification.",
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
    "An authenticator must be set up first. The token works only for begin- and confirmTwoFactorEnrollment, for 10 minutes, and is not a session. If only a password (and not the mailbox) was proven, a 6-digit code was mailed to the login email and beginTwoFactorEnrollment requires it, so that a thief with the password cannot enroll their own phone.",
})
export class TwoFactorEnrollmentRequired {
  @Field(() => String, { description: "Identifies this sign-in in the next calls." }) enrollmentToken: string;
  @Field(() => DateTime, { description: "When the token expires." }) expiresAt: number;
  @Field(() => Boolean, { description: "Whether beginTwoFactorEnrollment requires the mailed code." })
  emailCodeRequired: boolean;
  @Field(() => String, { description: "The address to which the code was mailed, masked." }) maskedEmail: string;

  constructor(
    values?: Pick<TwoFactorEnrollmentRequired, "enrollmentToken" | "expiresAt" | "emailCodeRequired" | "maskedEmail">,
  ) {
    Object.assign(this, values);
  }
}

@ObjectType({ description: "A firm whose team the person has joined." })
export class FirmChoice {
  @Field(() => ID, { description: "For chooseFirm." }) id: string;
  @Field(() => String, { description: "The firm's name." }) name: string;
  @Field(() => String, { description: "The slug in the portal's address." }) slug: string;

  constructor(values?: Pick<FirmChoice, "id" | "name" | "slug">) {
    Object.assign(this, values);
  }
}

@ObjectType({
  description:
    "The password is right, and opens several teams: which one must be said first. The token works only for chooseFirm, for 5 minutes and once, and is not a session. teamSignIn's firmSlug skips the question.",
})
export class FirmChoiceRequired {
  @Field(() => String, { description: "Identifies this sign-in in chooseFirm." }) challengeToken: string;
  @Field(() => DateTime, { description: "When the token expires." }) expiresAt: number;
  @Field(() => [FirmChoice], { description: "The firms, by name." }) firms: FirmChoice[];

  constructor(values?: Pick<FirmChoiceRequired, "challengeToken" | "expiresAt" | "firms">) {
    Object.assign(this, values);
  }
}

const SignInResultUnion = createUnionType({
  name: "SignInResult",
  description: "Signed in, or what must be done first.",
  types: () => [SignedIn, TwoFactorRequired, TwoFactorEnrollmentRequired, FirmChoiceRequired] as const,
});
export type SignInOutcome = SignedIn | TwoFactorRequired | TwoFactorEnrollmentRequired | FirmChoiceRequired;

@ObjectType({ description: "The payload of mutations that sign in." })
export class SignInPayload extends Payload {
  @Field(() => SignInResultUnion, { nullable: true, description: "Signed in, or what must be done first." })
  result: SignInOutcome | null = null;
}
