import { ArgsType, Field, ID, InputType, Int } from "type-graphql";
import { rollOutLimits, type RollOutRecipientState } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { PageArgs } from "../../platform/graphql/pages.js";
import { RollOutRecipientStateEnum } from "./roll-out.results.js";

const { mailsPerMinute, reminders } = rollOutLimits;

@InputType({ description: "What the mails of a roll-out say." })
export class RollOutPreviewInput {
  @Field(() => DateTime, { description: "From when 2FA is required." }) enforcedFrom: number;
  @Field(() => String, {
    nullable: true,
    description: "The time zone (IANA database) that determines the day in mails. Defaults to the firm's.",
  })
  timeZone?: string | null;
  @Field(() => String, { description: "The firm's own words, up to 2000 characters." }) message: string;
}

@InputType({ description: "How to move the firm's clients to 2FA." })
export class StartRollOutInput extends RollOutPreviewInput {
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether to invite contacts without an account too. Defaults to true.",
  })
  invitesContacts?: boolean | null;
  @Field(() => [Int], {
    nullable: true,
    description: `How many days before the start to send reminders: up to ${reminders.atMost} values. Defaults to ${reminders.usualDaysBefore.join(" and ")}.`,
  })
  remindDaysBefore?: number[] | null;
  @Field(() => Int, {
    nullable: true,
    description: `The most mails per minute, ${mailsPerMinute.least} to ${mailsPerMinute.most}. Defaults to ${mailsPerMinute.usual}.`,
  })
  mailsPerMinute?: number | null;
  @Field(() => Int, { description: "The version of the policy that the roll-out is based on." })
  expectedVersion: number;
}

@InputType({ description: "A roll-out of the firm." })
export class RollOutIdInput {
  @Field(() => ID, { description: "The roll-out." }) rollOutId: string;
}

@InputType({ description: "What to undo, and whether to notify clients." })
export class UndoRollOutInput extends RollOutIdInput {
  @Field(() => Int, { description: "The version of the policy that the change is based on." }) expectedVersion: number;
  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether to mail everybody who was notified and has not set up 2FA that it is no longer required. Defaults to false.",
  })
  tellClients?: boolean | null;
}

@ArgsType()
export class RollOutRecipientsArgs extends PageArgs {
  @Field(() => RollOutRecipientStateEnum, { nullable: true, description: "Only recipients in this state." })
  state?: RollOutRecipientState | null;
}
