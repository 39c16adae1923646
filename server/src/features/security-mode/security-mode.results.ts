import { Field, Int, ObjectType } from "type-graphql";
import { securityModes, type SecurityMode } from "@gatehouse/shared";
import { tableEnum } from "../../platform/graphql/table-enum.js";

export const SecurityModeEnum = tableEnum(
  "SecurityMode",
  "How a firm's clients get in.",
  securityModes,
  ({ summary }) => summary,
);

@ObjectType("SecurityModeImpact", { description: "What saving a mode would do, before it is saved." })
export class SecurityModeImpactView {
  @Field(() => SecurityModeEnum, { description: "The mode in question." }) mode: SecurityMode;
  @Field(() => Boolean, { description: "Whether the firm's plan includes it." }) allowedByPlan: boolean;
  @Field(() => Int, { description: "The firm's portal accounts." }) accounts: number;
  @Field(() => Int, { description: "How many accounts would be required to set up 2FA at their next sign-in." })
  accountsToEnroll: number;
  @Field(() => Int, { description: "How many sessions would be ended or restricted at once." }) sessionsToEnd: number;
  @Field(() => Int, { description: "Contacts without an account." }) contactsWithoutAccount: number;
}
