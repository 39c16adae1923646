import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { Language, ReportKind, ReportStatus } from "@gatehouse/shared";
import {
  AtColumn,
  CountColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/** A report that is made in the background and kept for a month: its question, and what is known of it beside its rows. */
@Entity("reports")
@Index("ix_reports_firm", ["firmId", "requestedAt", "id"])
@Index("ix_reports_due", ["status", "leaseUntil"])
@Index("ix_reports_expires", ["expiresAt"])
export class Report {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_reports_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(10) kind: ReportKind;
  @TextColumn(10) status: ReportStatus;
  /** How much of it is made. */
  @CountColumn() percent: number;
  /** The moment that it is about; null: it is about days. */
  @AtColumn({ nullable: true }) asOf: number | null;
  /** The first and the last day, of its time zone. */
  @TextColumn(10, { nullable: true }) firstDay: string | null;
  @TextColumn(10, { nullable: true }) lastDay: string | null;
  @TextColumn(10) language: Language;
  /** The firm's, when it was asked for. */
  @TextColumn(64) timeZone: string;
  @AtColumn() requestedAt: number;
  /** The member's or key's name; null: the month asked for it. */
  @TextColumn(200, { nullable: true }) requestedByName: string | null;
  /** The month (YYYY-MM) that asked for it, at its beginning; null: somebody did. */
  @TextColumn(7, { nullable: true }) askedByMonth: string | null;
  /** The last event that it is made from. */
  @CountColumn() throughSeq: number;
  /** The signed state of the log at that event, as JSON. */
  @LongTextColumn() checkpoint: string;
  /** Which server makes it, for which try; null: none does. */
  @TextColumn(36, { nullable: true }) holder: string | null;
  /** Until then nobody else makes it; 0: anybody may. */
  @AtColumn() leaseUntil: number;
  @CountColumn() attempts: number;
  /** What stands above its rows, and their columns, as JSON; null: not made yet. */
  @LongTextColumn({ nullable: true }) head: string | null;
  @CountColumn({ nullable: true }) rowTotal: number | null;
  @AtColumn({ nullable: true }) readyAt: number | null;
  @AtColumn() expiresAt: number;
}

/** Some hundred rows of a report. */
@Entity("report_parts")
export class ReportPart {
  @ForeignKey("reports", { name: "fk_report_parts_report", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  reportId: string;
  /** How many of the report's rows are in this part and those before it. */
  @PrimaryColumn({ type: "int" }) throughRow: number;
  /** Their cells as JSON, deflated: the database's text of 64 kB would not hold a very long event. */
  @Column({ type: "blob" }) content: Buffer;
}
