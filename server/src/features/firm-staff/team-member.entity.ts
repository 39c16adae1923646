import { Entity, ForeignKey, Index } from "typeorm";
import type { TeamRole } from "@gatehouse/shared";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * A person's membership in a firm's team. An invitation reserves no address and reveals nothing of who has it: only
 * somebody who has proven the mailbox by joining signs in with it.
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
  /** Who it is, with their password, perhaps in other teams too. Null: invited or removed. */
  @Index("ix_team_members_identity")
  @RefColumn({ nullable: true })
  identityId: string | null;
  /**
   * For servers of the version before, which know one membership of each person: its email. Null: invited, removed, or
   * another membership has it. This version reads it only of members who joined through such a server, and so have no
   * identity yet.
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
