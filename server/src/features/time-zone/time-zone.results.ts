import { Field, ObjectType } from "type-graphql";
import { Payload } from "../../platform/graphql/payloads.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType({ description: "The payload of setTimeZone." })
export class TimeZonePayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its time zone." }) firm: FirmView | null = null;
}
