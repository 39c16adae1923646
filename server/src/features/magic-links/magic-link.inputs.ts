import { Field, InputType } from "type-graphql";
import type { SessionTransport } from "@gatehouse/shared";
import { SessionTransportEnum } from "../sign-in/sign-in.inputs.js";

@InputType({ description: "A person's click on a magic link." })
export class ClaimMagicLinkInput {
  @Field(() => String, { description: "From the link's fragment: #token=…" }) token: string;
  @Field(() => String, {
    description:
      "Random, at least 128 bits (22 to 200 characters), generated and kept by the client's browser or app. The link is bound to it.",
  })
  deviceKey: string;
  @Field(() => SessionTransportEnum, {
    nullable: true,
    defaultValue: "COOKIE",
    description: "How to return a session that the link opens.",
  })
  transport: SessionTransport;
}

@InputType({ description: "The link to replace." })
export class SendAccessLinkInput {
  @Field(() => String, { description: "The token of the link that no longer works here." }) token: string;
}
