import { Field, ObjectType } from "type-graphql";
import { Payload } from "../../platform/graphql/payloads.js";
import { FirmView } from "../firms/firm.results.js";

@ObjectType({ description: "The payload of setCheckpointMail." })
export class CheckpointMailPayload extends Payload {
  @Field(() => FirmView, { nullable: true, description: "The firm with its setting." }) firm: FirmView | null = null;
}
