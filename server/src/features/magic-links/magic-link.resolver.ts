import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { answer, AcceptedPayload } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { transportOf } from "../sign-in/transport.js";
import { ClaimMagicLinkInput, SendAccessLinkInput } from "./magic-link.inputs.js";
import { ClaimMagicLinkPayload, MagicLinkPreview } from "./magic-link.results.js";
import type { MagicLinks } from "./magic-links.service.js";

@Resolver()
export class MagicLinkResolver {
  constructor(private readonly links: MagicLinks) {}

  @Allow("anyone")
  @Query(() => MagicLinkPreview, {
    nullable: true,
    description: "What a magic link would do. Changes nothing: mail scanners may fetch it as often as they like.",
  })
  magicLink(
    @Arg("token", () => String, { description: "From the link's fragment." }) token: string,
    @Arg("deviceKey", () => String, {
      nullable: true,
      description: "Used to report whether this device claimed the link.",
    })
    deviceKey: string | null,
  ): Promise<MagicLinkPreview | null> {
    return this.links.preview(token, deviceKey ?? null);
  }

  @Allow("anyone")
  @Mutation(() => ClaimMagicLinkPayload, {
    description:
      "A person's click on a magic link: binds it to the device and opens its one request, or returns what must come first.",
  })
  claimMagicLink(
    @Arg("input", () => ClaimMagicLinkInput, { description: "The link and the device." }) input: ClaimMagicLinkInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(ClaimMagicLinkPayload, async () => {
      const transport = transportOf(input.transport, context);
      return { result: await this.links.claim({ ...input, transport }, context) };
    });
  }

  @Allow("anyone")
  @Mutation(() => AcceptedPayload, {
    description: "Mails a new link to the address to which the request was sent; the caller never names one.",
  })
  sendAccessLink(
    @Arg("input", () => SendAccessLinkInput, { description: "The link to replace." }) input: SendAccessLinkInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(AcceptedPayload, async () => {
      await this.links.sendAccessLink(input.token, context);
      return { accepted: true };
    });
  }
}
