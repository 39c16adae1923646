import { Field, ID, ObjectType } from "type-graphql";
import {
  accessFindingCodes,
  accessFindingTitle,
  accessFindingWeights,
  accessRemedies,
  type AccessFinding,
  type AccessFindingCode,
  type AccessFindingWeight,
  type AccessRemedy,
} from "@gatehouse/shared";
import { tableEnum } from "../../platform/graphql/table-enum.js";

const titles = Object.fromEntries(accessFindingCodes.map((code) => [code, accessFindingTitle(code)])) as Record<
  AccessFindingCode,
  string
>;
const Code = tableEnum(
  "AccessFindingCode",
  "Why a client may be unable to get in. More reasons may be added.",
  titles,
  String,
);
const Weight = tableEnum("AccessFindingWeight", "How serious a reason is.", accessFindingWeights, String);
const Remedy = tableEnum("AccessRemedy", "What the firm can do about it.", accessRemedies, String);

@ObjectType("AccessFinding", { description: "A reason why a client may be unable to get in, or what comes next." })
export class AccessFindingView {
  @Field(() => Code, { description: "The reason, for programs." }) code: AccessFindingCode;
  @Field(() => Weight, { description: "How serious it is." }) weight: AccessFindingWeight;
  @Field(() => String, { description: "The reason in a few words." }) title: string;
  @Field(() => String, { description: "The reason in a sentence, as of now." }) message: string;
  @Field(() => Remedy, { nullable: true, description: "The one act that helps; null: wait, or nothing to do." })
  remedy: AccessRemedy | null;
  @Field(() => ID, { nullable: true, description: "The request to send again, for RESEND_REQUEST." })
  requestId: string | null;

  static of(finding: AccessFinding, requestId: string | null): AccessFindingView {
    return Object.assign(new AccessFindingView(), {
      ...finding,
      title: accessFindingTitle(finding.code),
      requestId: finding.remedy === "RESEND_REQUEST" ? requestId : null,
    });
  }
}
