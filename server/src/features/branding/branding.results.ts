import { Field, Int, ObjectType } from "type-graphql";
import type { HexColor } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType("Branding", { description: "How a firm's client portal and its mails to clients look." })
export class BrandingView {
  @Field(() => String, {
    nullable: true,
    description:
      "The firm's color as #rrggbb; null: Gatehouse's own. Buttons use it unchanged; in text its lightness is adjusted until it is readable.",
  })
  color: HexColor | null;
  @Field(() => String, {
    nullable: true,
    description:
      "The logo's path on this server, which changes with each logo; null: the firm's name is shown instead.",
  })
  logoUrl: string | null;
  @Field(() => Int, { nullable: true, description: "The logo's width in pixels." }) logoWidth: number | null;
  @Field(() => Int, { nullable: true, description: "The logo's height in pixels." }) logoHeight: number | null;
}

@ObjectType({ description: "The payload of updateBranding." })
export class BrandingPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its branding." }) firm: FirmView | null = null;
}
