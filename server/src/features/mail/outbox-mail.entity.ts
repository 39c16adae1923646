import { Entity, Index } from "typeorm";
import {
  AtColumn,
  CountColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * A mail, written in the same commit as the fact it reports. The content is encrypted (it may contain a link) and wiped
 * once an SMTP server has accepted it.
 */
@Entity("outbox_mails")
@Index("ix_outbox_mails_due", ["sentAt", "nextAttemptAt"])
@Index("ix_outbox_mails_recipient", ["recipient", "createdAt"])
export class OutboxMail {
  @IdColumn() id: string;
  @RefColumn({ nullable: true }) firmId: string | null;
  @TextColumn(254) recipient: string;
  @LongTextColumn({ nullable: true }) encryptedContent: string | null;
  @AtColumn() createdAt: number;
  @CountColumn() attempts: number;
  @AtColumn() nextAttemptAt: number;
  @AtColumn({ nullable: true }) sentAt: number | null;
  @TextColumn(500, { nullable: true }) lastFailure: string | null;
}
