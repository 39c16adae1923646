import { Field, Int, ObjectType } from "type-graphql";
import {
  rollOutRecipientStates,
  rollOutStateUnder,
  type RollOutMail,
  type RollOutRecipientState,
  type RollOutState,
} from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { Node } from "../../platform/graphql/node.js";
import { PageInfo } from "../../platform/graphql/pages.js";
import { Payload } from "../../platform/graphql/payloads.js";
import { tableEnum } from "../../platform/graphql/table-enum.js";
import { ContactView } from "../contacts/contact.results.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import type { RollOut } from "./roll-out.entity.js";

const states: Record<RollOutState, string> = {
  RUNNING: "Mails go out as they fall due.",
  PAUSED: "No mail goes out until it is resumed; the start date stands.",
  FINISHED: "Every mail was sent; the start date stands.",
  UNDONE: "The policy before it is in force again, or 2FA was switched off elsewhere.",
};
const RollOutStateEnum = tableEnum("RollOutState", "How a roll-out stands.", states, String);
export const RollOutRecipientStateEnum = tableEnum(
  "RollOutRecipientState",
  "How far a client is in a roll-out.",
  rollOutRecipientStates,
  ({ what }) => what,
);
const mails: Record<RollOutMail, string> = {
  INVITATION: "To a contact without an account: how to create one.",
  ANNOUNCEMENT: "To a client without 2FA: what is to come.",
  REMINDER: "The same again, before the start.",
  CALLED_OFF: "To whoever was told: it is called off.",
};
const RollOutMailEnum = tableEnum("RollOutMail", "The mails of a roll-out.", mails, String);

@ObjectType({
  description: "How many contacts are how far; they add up: concerned = enrolled + leftOut + told + waiting.",
})
export class RollOutProgress {
  @Field(() => Int, { description: "Whom the roll-out concerns." }) concerned: number;
  @Field(() => Int, { description: "Have 2FA now." }) enrolled: number;
  @Field(() => Int, { description: "Cannot be reached any more." }) leftOut: number;
  @Field(() => Int, { description: "Were mailed, and do not have it yet." }) told: number;
  @Field(() => Int, { description: "Were not mailed yet." }) waiting: number;
}

@ObjectType("RollOut", { implements: Node, description: "A firm leads its clients to 2FA by a day." })
export class RollOutView extends Node {
  firmId: string;
  @Field(() => RollOutStateEnum, { description: "How it stands." }) state: RollOutState;
  @Field(() => DateTime, { description: "From when 2FA is demanded." }) enforcedFrom: number;
  @Field(() => String, { description: "Where the day is read off for mails." }) timeZone: string;
  @Field(() => String, { description: "The firm's own words." }) message: string;
  @Field(() => Boolean, { description: "Contacts without an account are invited too." }) invitesContacts: boolean;
  @Field(() => [Int], { description: "How many days before the start it reminds." }) remindDaysBefore: number[];
  @Field(() => Int, { description: "At most so many mails per minute." }) mailsPerMinute: number;
  @Field(() => DateTime, { description: "When it was started." }) startedAt: number;
  @Field(() => String, { description: "By whom." }) startedBy: string;
  @Field(() => DateTime, {
    nullable: true,
    description: "When the next mail may go out; null where none is to come or it is paused.",
  })
  nextMailAt: number | null;

  static of(row: RollOut, policy: FirmPolicy): RollOutView {
    const { id, firmId, timeZone, message, invitesContacts, mailsPerMinute, startedAt } = row;
    const state = rollOutStateUnder(row.state, policy);
    return Object.assign(new RollOutView(), {
      id,
      firmId,
      state,
      enforcedFrom: state === "UNDONE" ? row.enforcedFrom : (policy.enforcedFrom ?? row.enforcedFrom),
      timeZone,
      message,
      invitesContacts: Boolean(invitesContacts),
      remindDaysBefore: daysOf(row),
      mailsPerMinute,
      startedAt,
      startedBy: row.startedByName,
      nextMailAt: state === "PAUSED" ? null : row.nextMailAt,
    });
  }
}
export const daysOf = ({ remindDaysBefore }: Pick<RollOut, "remindDaysBefore">): number[] =>
  remindDaysBefore === "" ? [] : remindDaysBefore.split(" ").map(Number);

@ObjectType("RollOutRecipient", { description: "A contact whom a roll-out concerns, and what became of it." })
export class RollOutRecipientView {
  @Field(() => ContactView, { description: "The contact as it is now." }) contact: ContactView;
  @Field(() => RollOutRecipientStateEnum, { description: "How far it is." }) state: RollOutRecipientState;
  @Field(() => Int, { description: "How many mails of the roll-out it got." }) mails: number;
  @Field(() => DateTime, { nullable: true, description: "When the last one was written." }) mailedAt: number | null;
  @Field(() => String, { nullable: true, description: "Where the last one went." }) mailedTo: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      "Why the last one has not arrived, in the mail server's words; null where nothing is known against it.",
  })
  failure: string | null;
}
@ObjectType({ description: "A recipient in a list, and where it stands there." })
export class RollOutRecipientEdge {
  @Field(() => String, { description: "Pass as after: or before:." }) cursor: string;
  @Field(() => RollOutRecipientView, { description: "The recipient." }) node: RollOutRecipientView;
}
@ObjectType({ description: "A page of recipients, by name." })
export class RollOutRecipientConnection {
  @Field(() => [RollOutRecipientEdge], { description: "The recipients with their cursors." })
  edges: RollOutRecipientEdge[];
  @Field(() => [RollOutRecipientView], { description: "The recipients." }) nodes: RollOutRecipientView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType({ description: "A mail as a client will see it; the name and the link stand for each client's own." })
export class RollOutMailPreview {
  @Field(() => RollOutMailEnum, { description: "Which mail." }) mail: RollOutMail;
  @Field(() => String, { description: "Its subject." }) subject: string;
  @Field(() => String, { description: "What it says." }) text: string;
}

@ObjectType({ description: "The roll-out as it is now." })
export class RollOutPayload extends Payload {
  @Field(() => RollOutView, { nullable: true, description: "The roll-out." }) rollOut: RollOutView | null = null;
}
