import { Entity, Index } from "typeorm";
import {
  AtColumn,
  CountColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/** A mail of the same commit as what it tells. The content is encrypted (it may carry a link) and wiped once an SMTP server took it. */
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
