import { Entity, ForeignKey, Index } from "typeorm";
import type { TeamRole } from "@gatehouse/shared";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/** A person who works at the firm and uses the dashboard. The email signs in, so it is unique in the deployment. */
@Entity("team_members")
export class TeamMember {
  @IdColumn() id: string;
  @Index("ix_team_members_firm")
  @ForeignKey("firms", { name: "fk_team_members_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(200) name: string;
  @Index("uq_team_members_email", { unique: true })
  @TextColumn(254)
  email: string;
  @TextColumn(10) role: TeamRole;
  @AtColumn() createdAt: number;
  /** When the password was chosen; null: invited, and not come yet. */
  @AtColumn({ nullable: true }) joinedAt: number | null;
  @AtColumn({ nullable: true }) lastSignInAt: number | null;
  @AtColumn({ nullable: true }) disabledAt: number | null;
}
