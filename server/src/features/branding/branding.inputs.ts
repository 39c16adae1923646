import { Field, InputType } from "type-graphql";
import { logoLimits } from "@gatehouse/shared";

@InputType({ description: "A picture." })
export class LogoInput {
  @Field(() => String, { description: "image/png, image/jpeg or image/webp. Every mail program can show PNG." })
  contentType: string;
  @Field(() => String, {
    description: `The file in base64: one picture without metadata, up to ${logoLimits.bytes / 1000} kB and ${logoLimits.width} × ${logoLimits.height} pixels.`,
  })
  data: string;
}

@InputType({ description: "Changes to the branding. Omitted fields keep their values; null restores Gatehouse's own." })
export class UpdateBrandingInput {
  @Field(() => String, { nullable: true, description: "The firm's color as #rrggbb or #rgb." }) color?: string | null;
  @Field(() => LogoInput, { nullable: true, description: "The firm's logo." }) logo?: LogoInput | null;
}
