import { Field, Int, ObjectType } from "type-graphql";
import type { HexColor } from "@gatehouse/shared";
import { Payload } from "../../platform/graphql/payloads.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType("Branding", { description: "How a firm's client portal and its mails to clients look." })
export class BrandingView {
  @Field(() => String, {
    nullable: true,
    description:
      "The firm's colour as #rrggbb; null: Gatehouse's own. Buttons have it as it is, text in it is moved in lightness until it can be read.",
  })
  color: HexColor | null;
  @Field(() => String, {
    nullable: true,
    description: "The logo's path on this server, a new one for each logo; null: the firm's name stands in its place.",
  })
  logoUrl: string | null;
  @Field(() => Int, { nullable: true, description: "The logo's width in pixels." }) logoWidth: number | null;
  @Field(() => Int, { nullable: true, description: "The logo's height in pixels." }) logoHeight: number | null;
}

@ObjectType({ description: "What updateBranding answers." })
export class BrandingPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its branding." }) firm: FirmView | null = null;
}
