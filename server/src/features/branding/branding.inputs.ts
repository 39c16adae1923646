import { Field, InputType } from "type-graphql";
import { logoLimits } from "@gatehouse/shared";

@InputType({ description: "A picture." })
export class LogoInput {
  @Field(() => String, { description: "image/png, image/jpeg or image/webp; every mail program shows PNG." })
  contentType: string;
  @Field(() => String, {
    description: `The file in base64: up to ${logoLimits.bytes / 1000} kB and ${logoLimits.width} × ${logoLimits.height} pixels, one picture without metadata.`,
  })
  data: string;
}

@InputType({ description: "What to change; what is left out stays, null goes back to Gatehouse's own." })
export class UpdateBrandingInput {
  @Field(() => String, { nullable: true, description: "The firm's colour as #rrggbb or #rgb." }) color?: string | null;
  @Field(() => LogoInput, { nullable: true, description: "The firm's logo." }) logo?: LogoInput | null;
}
