import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { ShownDevice } from "./trusted-devices.service.js";

@ObjectType("TrustedDevice", {
  implements: Node,
  description:
    "A browser on which a client may sign in without the code, because a second factor was given there before.",
})
export class TrustedDeviceView extends Node {
  @Field(() => DateTime, { description: "When it was trusted, with a code." }) createdAt: number;
  @Field(() => DateTime, { description: "Until when it may skip the code, as the firm's policy is now." })
  expiresAt: number;
  @Field(() => DateTime, { nullable: true, description: "When it last skipped the code; null: it never has." })
  lastUsedAt: number | null;
  @Field(() => String, { nullable: true, description: "The browser, by its own name." }) userAgent: string | null;
  @Field(() => String, { nullable: true, description: "The address from which it was trusted." }) ipAddress:
    string | null;
  @Field(() => Boolean, { description: "Whether it is the browser that asks. Always false for the firm." })
  current: boolean;

  static of({ id, createdAt, until, lastUsedAt, userAgent, ipAddress }: ShownDevice, current: boolean) {
    const shown = { id, createdAt, expiresAt: until, lastUsedAt, userAgent, ipAddress, current };
    return Object.assign(new TrustedDeviceView(), shown);
  }
}

@ObjectType({ description: "The payload of revokeTrustedDevice." })
export class RevokeTrustedDevicePayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The device that is no longer trusted." })
  revokedTrustedDeviceId: string | null = null;
}
