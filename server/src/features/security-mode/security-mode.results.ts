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
  @Field(() => SecurityModeEnum, { description: "The mode asked about." }) mode: SecurityMode;
  @Field(() => Boolean, { description: "The firm's plan offers it." }) allowedByPlan: boolean;
  @Field(() => Int, { description: "Portal accounts of the firm." }) accounts: number;
  @Field(() => Int, { description: "Would be asked to set up 2FA at their next sign-in." }) accountsToEnroll: number;
  @Field(() => Int, { description: "Would be signed out or demoted at once." }) sessionsToEnd: number;
  @Field(() => Int, { description: "Contacts without an account." }) contactsWithoutAccount: number;
}
