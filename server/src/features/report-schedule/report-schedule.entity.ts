import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { RefColumn, TextColumn } from "../../platform/database/columns.js";

/** That a firm gets reports every month; without a row it does not. */
@Entity("report_schedules")
export class ReportSchedule {
  @ForeignKey("firms", { name: "fk_report_schedules_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  /** The month (YYYY-MM) at whose beginning reports were last asked for, or in which the schedule was made. */
  @TextColumn(7) askedMonth: string;
  /** The month whose reports were last mailed, or in which the schedule was made. */
  @TextColumn(7) mailedMonth: string;
}

/** A colleague who gets a firm's monthly reports. */
@Entity("report_recipients")
export class ReportRecipient {
  @ForeignKey("team_members", { name: "fk_report_recipients_member", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  teamMemberId: string;
  @Index("ix_report_recipients_firm")
  @ForeignKey("firms", { name: "fk_report_recipients_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
}
