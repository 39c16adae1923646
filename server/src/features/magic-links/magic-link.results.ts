import { createUnionType, Field, ObjectType, registerEnumType, ID } from "type-graphql";
import type { MagicLinkState } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { SignedIn, TwoFactorRequired } from "../sign-in/sign-in.results.js";
import { DateTime } from "../../platform/graphql/date-time.js";

export const MagicLinkStateEnum = {
  UNCLAIMED: "UNCLAIMED",
  CLAIMED: "CLAIMED",
  EXPIRED: "EXPIRED",
  REVOKED: "REVOKED",
} as const satisfies { [S in MagicLinkState]: S };
registerEnumType(MagicLinkStateEnum, {
  name: "MagicLinkState",
  description: "What can still be done with a magic link.",
  valuesConfig: {
    UNCLAIMED: { description: "Nobody has opened it yet. The first device that claims it gets it." },
    CLAIMED: {
      description: "Bound to the device that claimed it, which may open it again for 30 days from the claim.",
    },
    EXPIRED: { description: "It was not claimed in time, or its device's 30 days are over." },
    REVOKED: { description: "A newer link of the same request was claimed." },
  },
});

@ObjectType({ description: "What a magic link would do. Looking at it changes nothing." })
export class MagicLinkPreview {
  @Field(() => PortalFirmView, { description: "The firm that sent it." }) firm: PortalFirmView;
  @Field(() => String, { description: "The address it was sent to, masked: m•••@c•••.example." }) maskedEmail: string;
  @Field(() => String, { description: "The title of the request that it opens." }) requestTitle: string;
  @Field(() => MagicLinkStateEnum, { description: "What can still be done with it." }) state: MagicLinkState;
  @Field(() => Boolean, {
    description: "Whether it is CLAIMED by the given `deviceKey`; false without a `deviceKey`.",
  })
  claimedByThisDevice: boolean;
}

@ObjectType({
  description: "This link opens nothing here. The page then offers one button, which sends a new access link.",
})
export class MagicLinkNotUsable {
  @Field(() => MagicLinkStateEnum, { description: "Why: CLAIMED (by another device), EXPIRED or REVOKED." })
  state: MagicLinkState;
  @Field(() => String, { description: "The address to which a new link would be mailed, masked." }) maskedEmail: string;

  constructor(state: MagicLinkState, maskedEmail: string) {
    this.state = state;
    this.maskedEmail = maskedEmail;
  }
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

export const ClaimMagicLinkResult = createUnionType({
  name: "ClaimMagicLinkResult",
  description: "What a claimed magic link leads to: its one request, a step before it, or nothing.",
  types: () => [SignedIn, TwoFactorRequired, AccountRequired, SignInRequired, MagicLinkNotUsable] as const,
});

@ObjectType({ description: "The payload of claimMagicLink." })
export class ClaimMagicLinkPayload extends Payload {
  @Field(() => ClaimMagicLinkResult, { nullable: true, description: "What the link leads to." })
  result: typeof ClaimMagicLinkResult | null = null;
}
