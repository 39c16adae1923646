import { Field, ID, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import type { Passkey } from "../passkeys/passkey.entity.js";

@ObjectType("Passkey", { description: "A phishing-resistant second factor beside the authenticator app (WebAuthn)." })
export class PasskeyView {
  @Field(() => ID, { description: "The passkey's id." }) id: string;
  @Field(() => String, { description: "The owner's name for it." }) name: string;
  @Field(() => Boolean, {
    description: "Whether it may exist on several devices, in a password manager or a platform account.",
  })
  synced: boolean;
  @Field(() => DateTime, { description: "When it was added." }) createdAt: number;
  @Field(() => DateTime, { nullable: true, description: "When it was last used." }) lastUsedAt: number | null;

  static of({ id, name, isSynced, createdAt, lastUsedAt }: Passkey): PasskeyView {
    return Object.assign(new PasskeyView(), { id, name, synced: Boolean(isSynced), createdAt, lastUsedAt });
  }
}

@ObjectType({ description: "What to ask the browser for." })
export class PasskeyOptionsPayload extends Payload {
  @Field(() => String, {
    nullable: true,
    description:
      "JSON for the browser: PublicKeyCredentialCreationOptionsJSON or PublicKeyCredentialRequestOptionsJSON of WebAuthn Level 3. Works once, within 5 minutes.",
  })
  options: string | null = null;
}

@ObjectType({ description: "The payload of addPasskey." })
export class AddPasskeyPayload extends Payload {
  @Field(() => PasskeyView, { nullable: true, description: "The new passkey." }) passkey: PasskeyView | null = null;
}

@ObjectType({ description: "The payload of removePasskey." })
export class RemovePasskeyPayload extends Payload {
  @Field(() => ID, { nullable: true, description: "The removed passkey." }) removedPasskeyId: string | null = null;
}
