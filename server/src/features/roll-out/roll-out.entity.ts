import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { RollOutState, SecurityMode } from "@gatehouse/shared";
import {
  AtColumn,
  CountColumn,
  FlagColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/** A firm leads its clients to two-factor authentication: from when, with which words, and what was in force before. */
@Entity("roll_outs")
@Index("ix_roll_outs_firm", ["firmId", "startedAt", "id"])
@Index("ix_roll_outs_due", ["nextMailAt"])
export class RollOut {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_roll_outs_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(20) state: RollOutState;
  /** As the mails say it; follows the policy's. */
  @AtColumn() enforcedFrom: number;
  /** Where its day is read off, for mails. */
  @TextColumn(64) timeZone: string;
  @LongTextColumn() message: string;
  @FlagColumn() invitesContacts: boolean;
  /** Space-separated. */
  @TextColumn(40) remindDaysBefore: string;
  @CountColumn() mailsPerMinute: number;
  @TextColumn(30) previousMode: SecurityMode;
  @AtColumn({ nullable: true }) previousEnforcedFrom: number | null;
  @AtColumn() startedAt: number;
  @TextColumn(200) startedByName: string;
  /** When to look for the next mail, no earlier than the rate allows; null: there is none to come. */
  @AtColumn({ nullable: true }) nextMailAt: number | null;
}

/** A contact whom a roll-out concerns, as it stood when the roll-out began, and what was mailed since. */
@Entity("roll_out_recipients")
@Index("ix_roll_out_recipients_due", ["rollOutId", "dueAt", "contactId"])
@Index("ix_roll_out_recipients_name", ["rollOutId", "nameKey", "contactId"])
@Index("ix_roll_out_recipients_mailed", ["rollOutId", "mailedAt"])
@Index("ix_roll_out_recipients_contact", ["contactId"])
export class RollOutRecipient {
  @ForeignKey("roll_outs", { name: "fk_roll_out_recipients_roll_out", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  rollOutId: string;
  @ForeignKey("contacts", { name: "fk_roll_out_recipients_contact", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  contactId: string;
  /** The contact's, for the order of the list. */
  @TextColumn(200) nameKey: string;
  @FlagColumn() hadAccount: boolean;
  /** When to look whether a mail is due; null: never again. */
  @AtColumn({ nullable: true }) dueAt: number | null;
  /** The last mail; the same moment is its outbox row's `createdAt`. */
  @AtColumn({ nullable: true }) mailedAt: number | null;
  @TextColumn(254, { nullable: true }) mailedTo: string | null;
  @CountColumn() mails: number;
  /** Why no mail can reach the client any more. */
  @TextColumn(20, { nullable: true }) leftOutFor: "NO_ACCOUNT" | "NO_ADDRESS" | null;
}
