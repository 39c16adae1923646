import { createUnionType, Field, ID, Int, ObjectType } from "type-graphql";
import { secondFactorKinds, type SecondFactorKind } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { ApiKeyView } from "../api-keys/api-key.results.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { PortalAccountView } from "../portal-accounts/portal-account.results.js";
import { SessionView } from "../sessions/session.results.js";

@ObjectType("PortalViewer", {
  description: "What the caller's portal session may see. With assurance LINK: only that request, and account is null.",
})
export class PortalViewerView {
  firmId: string;
  /** Null with assurance LINK. */
  accountId: string | null;
  /** Set with assurance LINK. */
  requestId: string | null;
  @Field(() => PortalFirmView, { description: "The firm whose portal it is." }) firm: PortalFirmView;
  @Field(() => String, { description: "The client's address." }) email: string;
  @Field(() => SessionView, { description: "The caller's session." }) session: SessionView;
  @Field(() => PortalAccountView, { nullable: true, description: "The caller's account; null with assurance LINK." })
  account: PortalAccountView | null;
  @Field(() => DateTime, {
    nullable: true,
    description:
      "From when 2FA will be required; set only while the firm has announced that and this client has not enrolled.",
  })
  twoFactorDueAt: number | null;
}

export const ViewerUnion = createUnionType({
  name: "Viewer",
  description: "Who is calling.",
  types: () => [TeamMemberView, ApiKeyView, PortalViewerView] as const,
});
export type PersonViewer = TeamMemberView | PortalViewerView;

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

const SignInResultUnion = createUnionType({
  name: "SignInResult",
  description: "Signed in, or what must be done first.",
  types: () => [SignedIn, TwoFactorRequired, TwoFactorEnrollmentRequired] as const,
});
export type SignInOutcome = SignedIn | TwoFactorRequired | TwoFactorEnrollmentRequired;

@ObjectType({ description: "The payload of mutations that sign in." })
export class SignInPayload extends Payload {
  @Field(() => SignInResultUnion, { nullable: true, description: "Signed in, or what must be done first." })
  result: SignInOutcome | null = null;
}

@ObjectType({
  description:
    "The firm requires 2FA and this client has no account. The mailbox is proven, so createPortalAccount accepts this token; enrollment follows.",
})
export class AccountRequired {
  @Field(() => String, { description: "For createPortalAccount." }) confirmationToken: string;
  @Field(() => DateTime, { description: "When the token expires." }) expiresAt: number;
  @Field(() => String, { description: "The address that the account will have, masked." }) maskedEmail: string;

  constructor(values?: Pick<AccountRequired, "confirmationToken" | "expiresAt" | "maskedEmail">) {
    Object.assign(this, values);
  }
}

@ObjectType({
  description:
    "The firm requires 2FA and this client's account is not enrolled: sign in with the password first, since the mailbox alone must not enroll a phone.",
})
export class SignInRequired {
  @Field(() => String, { description: "The account's address, masked." }) maskedEmail: string;
  @Field(() => ID, { description: "The link's request, which portalSignIn accepts as landingRequestId." })
  requestId: string;

  constructor(values?: Pick<SignInRequired, "maskedEmail" | "requestId">) {
    Object.assign(this, values);
  }
}
/** What a claimed magic link leads to. */
export type ClaimOutcome = SignedIn | TwoFactorRequired | AccountRequired | SignInRequired;

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

@ObjectType({ description: "The request was accepted. This does not say whether the address is known." })
export class AcceptedPayload extends Payload {
  @Field(() => Boolean, { description: "True unless there are userErrors." }) accepted = false;
}
