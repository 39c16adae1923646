import { Field, ID, InputType } from "type-graphql";

@InputType({ description: "Who gets the monthly reports." })
export class SetReportScheduleInput {
  @Field(() => [ID], {
    description: "Owners and administrators of the firm, at most 50. Empty: no reports are made monthly.",
  })
  memberIds: string[];
}
