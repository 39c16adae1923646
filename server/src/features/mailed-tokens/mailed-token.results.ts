import { Field, ObjectType, registerEnumType } from "type-graphql";
import { PortalFirmView } from "../firms/firm.results.js";

const MailedTokenPurpose = {
  CREATE_ACCOUNT: "CREATE_ACCOUNT",
  RESET_PASSWORD: "RESET_PASSWORD",
  CONFIRM_EMAIL: "CONFIRM_EMAIL",
  REPORT_NOT_ME: "REPORT_NOT_ME",
  CHOOSE_TEAM_PASSWORD: "CHOOSE_TEAM_PASSWORD",
} as const;
registerEnumType(MailedTokenPurpose, {
  name: "MailedTokenPurpose",
  description: "What a mailed token is for.",
  valuesConfig: {
    CREATE_ACCOUNT: { description: "createPortalAccount" },
    RESET_PASSWORD: { description: "resetPassword" },
    CONFIRM_EMAIL: { description: "confirmLoginEmail" },
    REPORT_NOT_ME: { description: "reportNotMe" },
    CHOOSE_TEAM_PASSWORD: { description: "chooseTeamPassword" },
  },
});

@ObjectType({ description: "What a mailed token would do. Looking at it changes nothing." })
export class MailedTokenPreview {
  @Field(() => MailedTokenPurpose, { description: "The mutation that accepts the token." })
  purpose: keyof typeof MailedTokenPurpose;
  @Field(() => PortalFirmView, { description: "The firm." }) firm: PortalFirmView;
  @Field(() => String, { description: "The address it was sent to, masked." }) maskedEmail: string;
  @Field(() => Boolean, {
    description:
      "For an invitation to a team: whether its reader signs in to another team already. chooseTeamPassword then takes the password that they have.",
  })
  signsInAlready: boolean;
}
