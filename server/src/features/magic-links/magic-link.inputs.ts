import { Field, InputType } from "type-graphql";
import type { SessionTransport } from "@gatehouse/shared";
import { SessionTransportEnum } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "A person's click on a magic link." })
export class ClaimMagicLinkInput {
  @Field(() => String, { description: "From the link's fragment: #token=…" }) token: string;
  @Field(() => String, {
    description:
      "Random, at least 128 bits (22 to 200 characters), made and kept by the client's browser or app: the link is bound to it.",
  })
  deviceKey: string;
  @Field(() => SessionTransportEnum, {
    nullable: true,
    defaultValue: "COOKIE",
    description: "How a session that opens is to be carried.",
  })
  transport: SessionTransport;
}

@InputType({ description: "Which link is to be replaced." })
export class SendAccessLinkInput {
  @Field(() => String, { description: "The token of the link that is no longer usable here." }) token: string;
}
