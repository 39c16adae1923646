import { createUnionType, Field, ObjectType, registerEnumType } from "type-graphql";
import type { MagicLinkState } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { PortalFirmView } from "../firms/firm.results.js";
import { AccountRequired, SignedIn, SignInRequired, TwoFactorRequired } from "../sign-in/sign-in.results.js";

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
