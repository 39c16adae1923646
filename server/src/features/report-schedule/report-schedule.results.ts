import { Field, ObjectType } from "type-graphql";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { TeamMemberView } from "../firm-staff/team-member.results.js";

@ObjectType("ReportSchedule", {
  description:
    "The monthly reports: on the first day of each month ACCESS as of its beginning, and ADOPTION and CHANGES of the month before.",
})
export class ReportScheduleView {
  @Field(() => [TeamMemberView], {
    description: "Who is mailed when they are ready, by name. Empty: none are made.",
  })
  members: TeamMemberView[];
  @Field(() => DateTime, {
    nullable: true,
    description: "When the next ones are asked for: the start of a month in the firm's time zone; null: never.",
  })
  nextAt: number | null;
}

@ObjectType({ description: "The payload of setReportSchedule." })
export class ReportSchedulePayload extends Payload {
  @Field(() => ReportScheduleView, { nullable: true, description: "The schedule." })
  schedule: ReportScheduleView | null = null;
}
