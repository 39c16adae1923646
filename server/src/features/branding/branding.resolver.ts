import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from "type-graphql";
import { answer } from "../../platform/graphql/payloads.js";
import { Allow } from "../access/allow.js";
import type { RequestContext } from "../callers/request-context.js";
import { FirmView, PortalFirmView } from "../firms/firm.results.js";
import type { Firms } from "../firms/firms.service.js";
import { UpdateBrandingInput } from "./branding.inputs.js";
import { BrandingPayload, BrandingView } from "./branding.results.js";
import type { FirmBranding } from "./firm-branding.service.js";

@Resolver(() => FirmView)
export class BrandingResolver {
  constructor(
    private readonly service: FirmBranding,
    private readonly firms: Firms,
  ) {}

  @Allow({ team: "read", key: "any" })
  @FieldResolver(() => BrandingView, { description: "How the firm's portal and its mails to clients look." })
  branding(@Root() firm: FirmView): Promise<BrandingView> {
    return this.service.of(firm.id);
  }

  @Allow({ team: "write", key: "POLICY_WRITE" })
  @Mutation(() => BrandingPayload, {
    description: "Changes the color and the logo of the client portal and of mails to clients. Requires POLICY_WRITE.",
  })
  updateBranding(
    @Arg("input", () => UpdateBrandingInput, { description: "What to change." }) input: UpdateBrandingInput,
    @Ctx() context: RequestContext,
  ) {
    return answer(BrandingPayload, async () => ({
      firm: await this.firms.find(await this.service.update(input, context)),
    }));
  }
}

@Resolver(() => PortalFirmView)
export class PortalBrandingResolver {
  constructor(private readonly service: FirmBranding) {}

  @Allow("anyone")
  @FieldResolver(() => BrandingView, { description: "How the firm's portal looks." })
  branding(@Root() firm: PortalFirmView): Promise<BrandingView> {
    return this.service.of(firm.firmId);
  }
}
