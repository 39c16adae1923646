import { Entity, ForeignKey, Index } from "typeorm";
import type { TeamRole } from "@gatehouse/shared";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * A person who works at the firm and uses the dashboard. An invitation reserves no address: only somebody who has
 * proven the mailbox by joining signs in with it, and keeps others from using it.
 */
@Entity("team_members")
@Index("uq_team_members_email", ["firmId", "email"], { unique: true })
export class TeamMember {
  @IdColumn() id: string;
  @Index("ix_team_members_firm")
  @ForeignKey("firms", { name: "fk_team_members_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(200) name: string;
  @TextColumn(254) email: string;
  /**
   * The email, once the member has joined. It signs in without a firm's name, so it is unique in the deployment. Null:
   * invited or removed.
   */
  @Index("uq_team_members_sign_in", { unique: true })
  @TextColumn(254, { nullable: true })
  signInEmail: string | null;
  @TextColumn(10) role: TeamRole;
  @AtColumn() createdAt: number;
  /** When the password was chosen; null: invitation pending. */
  @AtColumn({ nullable: true }) joinedAt: number | null;
  @AtColumn({ nullable: true }) lastSignInAt: number | null;
  @AtColumn({ nullable: true }) disabledAt: number | null;
}
