import { Field, Int, ObjectType } from "type-graphql";

@ObjectType("PortalStats", {
  description:
    "Counts of the firm's contacts. They add up: contacts = withoutEmail + notInvited + invited + withAccount.",
})
export class PortalStatsView {
  @Field(() => Int, { description: "All contacts." }) contacts: number;
  @Field(() => Int, { description: "Contacts without an email." }) withoutEmail: number;
  @Field(() => Int, { description: "Contacts with an email who were never invited." }) notInvited: number;
  @Field(() => Int, { description: "Contacts who were invited and have no account." }) invited: number;
  @Field(() => Int, { description: "Contacts with an account." }) withAccount: number;
  @Field(() => Int, { description: "Contacts with an account and 2FA." }) twoFactorEnrolled: number;
  @Field(() => Int, { description: "Contacts with an account whose second factor is locked now." }) lockedOut: number;
}

@ObjectType({ description: "What happened in the portal on one day." })
export class PortalTrendDay {
  @Field(() => String, { description: "The day as YYYY-MM-DD, in the firm's time zone." }) day: string;
  @Field(() => Int, { description: "Invitations sent." }) invitesSent: number;
  @Field(() => Int, { description: "Accounts created." }) accountsCreated: number;
  @Field(() => Int, { description: "How many clients and colleagues set up 2FA." }) twoFactorEnrolled: number;
}
