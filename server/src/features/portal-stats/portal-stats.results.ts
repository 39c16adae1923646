import { Field, Int, ObjectType } from "type-graphql";

@ObjectType("PortalStats", {
  description:
    "Counts over the firm's contacts; they add up: contacts = withoutEmail + notInvited + invited + withAccount.",
})
export class PortalStatsView {
  @Field(() => Int, { description: "All contacts." }) contacts: number;
  @Field(() => Int, { description: "Without an email." }) withoutEmail: number;
  @Field(() => Int, { description: "With an email, never invited." }) notInvited: number;
  @Field(() => Int, { description: "Invited, without an account." }) invited: number;
  @Field(() => Int, { description: "With an account." }) withAccount: number;
  @Field(() => Int, { description: "Of those with an account." }) twoFactorEnrolled: number;
  @Field(() => Int, { description: "Of those with an account: locked now." }) lockedOut: number;
}

@ObjectType({ description: "What happened in the portal on one day." })
export class PortalTrendDay {
  @Field(() => String, { description: "YYYY-MM-DD, in UTC." }) day: string;
  @Field(() => Int, { description: "Invitations sent." }) invitesSent: number;
  @Field(() => Int, { description: "Accounts created." }) accountsCreated: number;
  @Field(() => Int, { description: "Clients and colleagues who set up 2FA." }) twoFactorEnrolled: number;
}
