import { ArgsType, Field, ID, InputType, Int } from "type-graphql";
import { rollOutLimits, type RollOutRecipientState } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { PageArgs } from "../../platform/graphql/pages.js";
import { RollOutRecipientStateEnum } from "./roll-out.results.js";

const { mailsPerMinute, reminders } = rollOutLimits;

@InputType({ description: "What the mails of a roll-out say." })
export class RollOutPreviewInput {
  @Field(() => DateTime, { description: "From when 2FA is demanded." }) enforcedFrom: number;
  @Field(() => String, {
    nullable: true,
    description: "Of the IANA database: where the day is read off for mails. Default UTC.",
  })
  timeZone?: string | null;
  @Field(() => String, { description: "The firm's own words, up to 2000 characters." }) message: string;
}

@InputType({ description: "How to lead the firm's clients to 2FA." })
export class StartRollOutInput extends RollOutPreviewInput {
  @Field(() => Boolean, {
    nullable: true,
    description: "Whether contacts without an account are invited too. Default true.",
  })
  invitesContacts?: boolean | null;
  @Field(() => [Int], {
    nullable: true,
    description: `How many days before the start to remind: up to ${reminders.atMost}. Default ${reminders.usualDaysBefore.join(" and ")}.`,
  })
  remindDaysBefore?: number[] | null;
  @Field(() => Int, {
    nullable: true,
    description: `At most so many mails a minute, ${mailsPerMinute.least} to ${mailsPerMinute.most}. Default ${mailsPerMinute.usual}.`,
  })
  mailsPerMinute?: number | null;
  @Field(() => Int, { description: "The version of the policy that it is based on." }) expectedVersion: number;
}

@InputType({ description: "A roll-out of the firm." })
export class RollOutIdInput {
  @Field(() => ID, { description: "The roll-out." }) rollOutId: string;
}

@InputType({ description: "What to undo, and whether to say so." })
export class UndoRollOutInput extends RollOutIdInput {
  @Field(() => Int, { description: "The version of the policy that it is based on." }) expectedVersion: number;
  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether everybody who was told, and has not set it up, is mailed that it is called off. Default false.",
  })
  tellClients?: boolean | null;
}

@ArgsType()
export class RollOutRecipientsArgs extends PageArgs {
  @Field(() => RollOutRecipientStateEnum, { nullable: true, description: "Only those in this state." })
  state?: RollOutRecipientState | null;
}
