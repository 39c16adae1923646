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

/**
 * A firm's move to two-factor authentication for its clients: from when, in which words, and which policy came before.
 */
@Entity("roll_outs")
@Index("ix_roll_outs_firm", ["firmId", "startedAt", "id"])
@Index("ix_roll_outs_due", ["nextMailAt"])
export class RollOut {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_roll_outs_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(20) state: RollOutState;
  /** The date in the mails, which follows the policy's. */
  @AtColumn() enforcedFrom: number;
  /** The time zone that determines the day in mails. */
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
  /** When to look for the next mail, no sooner than the rate allows; null: there will be none. */
  @AtColumn({ nullable: true }) nextMailAt: number | null;
}

/** A contact whom a roll-out concerns, as it was when the roll-out began, and what has been mailed since. */
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
  /** The contact's sort key, for the order of the list. */
  @TextColumn(200) nameKey: string;
  @FlagColumn() hadAccount: boolean;
  /** When to check whether a mail is due; null: never again. */
  @AtColumn({ nullable: true }) dueAt: number | null;
  /** When the last mail was written; equal to its outbox row's `createdAt`. */
  @AtColumn({ nullable: true }) mailedAt: number | null;
  @TextColumn(254, { nullable: true }) mailedTo: string | null;
  @CountColumn() mails: number;
  /** Why the client can no longer get mail. */
  @TextColumn(20, { nullable: true }) leftOutFor: "NO_ACCOUNT" | "NO_ADDRESS" | null;
}
