import { Field, InputType } from "type-graphql";

@InputType({ description: "A time zone." })
export class TimeZoneInput {
  @Field(() => String, {
    description:
      "A place in the IANA database, such as Europe/Paris, or UTC. Older names (US/Pacific) are taken; offsets, abbreviations and POSIX forms are not.",
  })
  timeZone: string;
}
