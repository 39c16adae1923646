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
  RUNNING: "Mails are sent as they fall due.",
  PAUSED: "No mails are sent until it is resumed. The start date stands.",
  FINISHED: "Every mail was sent. The start date stands.",
  UNDONE: "The previous policy is in force again, or 2FA was switched off elsewhere.",
};
const RollOutStateEnum = tableEnum("RollOutState", "The state of a roll-out.", states, String);
export const RollOutRecipientStateEnum = tableEnum(
  "RollOutRecipientState",
  "How far a client has come in a roll-out.",
  rollOutRecipientStates,
  ({ what }) => what,
);
const mails: Record<RollOutMail, string> = {
  INVITATION: "To a contact without an account: how to create one.",
  ANNOUNCEMENT: "To a client without 2FA: what will be required.",
  REMINDER: "A reminder of the same, before the start.",
  CALLED_OFF: "To everybody who was notified: it is no longer required.",
};
const RollOutMailEnum = tableEnum("RollOutMail", "The mails of a roll-out.", mails, String);

@ObjectType({
  description:
    "How many contacts have come how far. The counts add up: concerned = enrolled + leftOut + told + waiting.",
})
export class RollOutProgress {
  @Field(() => Int, { description: "Contacts whom the roll-out concerns." }) concerned: number;
  @Field(() => Int, { description: "Contacts who have 2FA now." }) enrolled: number;
  @Field(() => Int, { description: "Contacts who can no longer be reached." }) leftOut: number;
  @Field(() => Int, { description: "Contacts who were mailed and do not have 2FA yet." }) told: number;
  @Field(() => Int, { description: "Contacts who were not mailed yet." }) waiting: number;
}

@ObjectType("RollOut", { implements: Node, description: "A firm's move to 2FA for its clients by a given day." })
export class RollOutView extends Node {
  firmId: string;
  @Field(() => RollOutStateEnum, { description: "The state of the roll-out." }) state: RollOutState;
  @Field(() => DateTime, { description: "From when 2FA is required." }) enforcedFrom: number;
  @Field(() => String, { description: "The time zone that determines the day in mails." }) timeZone: string;
  @Field(() => String, { description: "The firm's own words." }) message: string;
  @Field(() => Boolean, { description: "Whether contacts without an account are invited too." })
  invitesContacts: boolean;
  @Field(() => [Int], { description: "How many days before the start reminders are sent." }) remindDaysBefore: number[];
  @Field(() => Int, { description: "The most mails per minute." }) mailsPerMinute: number;
  @Field(() => DateTime, { description: "When it was started." }) startedAt: number;
  @Field(() => String, { description: "The name of whoever started it." }) startedBy: string;
  @Field(() => DateTime, {
    nullable: true,
    description: "When the next mail may be sent; null if there will be none or it is paused.",
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

@ObjectType("RollOutRecipient", { description: "A contact whom a roll-out concerns, and what has become of them." })
export class RollOutRecipientView {
  @Field(() => ContactView, { description: "The contact's current state." }) contact: ContactView;
  @Field(() => RollOutRecipientStateEnum, { description: "How far the contact has come." })
  state: RollOutRecipientState;
  @Field(() => Int, { description: "How many of the roll-out's mails the contact was sent." }) mails: number;
  @Field(() => DateTime, { nullable: true, description: "When the last one was written." }) mailedAt: number | null;
  @Field(() => String, { nullable: true, description: "The address to which the last one was sent." }) mailedTo:
    string | null;
  @Field(() => String, {
    nullable: true,
    description: "Why the last one has not arrived, in the mail server's words; null if no failure is known.",
  })
  failure: string | null;
}
@ObjectType({ description: "A recipient in a connection, with its cursor." })
export class RollOutRecipientEdge {
  @Field(() => String, { description: "Pass it as `after` or `before`." }) cursor: string;
  @Field(() => RollOutRecipientView, { description: "The recipient." }) node: RollOutRecipientView;
}
@ObjectType({ description: "A page of recipients, by name." })
export class RollOutRecipientConnection {
  @Field(() => [RollOutRecipientEdge], { description: "The recipients with their cursors." })
  edges: RollOutRecipientEdge[];
  @Field(() => [RollOutRecipientView], { description: "The recipients." }) nodes: RollOutRecipientView[];
  @Field(() => PageInfo, { description: "Where the page lies." }) pageInfo: PageInfo;
}

@ObjectType({ description: "A mail as a client will see it, with a placeholder for each client's name and link." })
export class RollOutMailPreview {
  @Field(() => RollOutMailEnum, { description: "The kind of mail." }) mail: RollOutMail;
  @Field(() => String, { description: "The mail's subject." }) subject: string;
  @Field(() => String, { description: "The mail's text." }) text: string;
}

@ObjectType({ description: "The payload of mutations on the roll-out." })
export class RollOutPayload extends Payload {
  @Field(() => RollOutView, { nullable: true, description: "The roll-out." }) rollOut: RollOutView | null = null;
}
