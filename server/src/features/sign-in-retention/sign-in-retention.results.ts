import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType("SignInRetentionPreview", {
  description: "What it means to keep sign-in events' facts for some days only.",
})
export class SignInRetentionPreviewView {
  @Field(() => Int, { description: "The days that were asked about." }) days: number;
  @Field(() => Int, {
    description: "How many sign-in events are that old by now, and would lose names, addresses and devices.",
  })
  events: number;
  @Field(() => DateTime, { description: "If it were set now, nothing would be erased before then." }) from: number;
}

@ObjectType({ description: "The payload of setSignInEventDays." })
export class SignInEventDaysPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its setting." }) firm: FirmView | null = null;
}
