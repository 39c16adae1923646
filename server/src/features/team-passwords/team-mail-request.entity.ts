import { Entity, Index } from "typeorm";
import { AtColumn, FlagColumn, IdColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * Somebody's wish for a mail to choose a new password of the team, answered before anybody looks whether the address is known.
 * team-password-requests.service.ts works it off.
 */
@Entity("team_mail_requests")
@Index("ix_team_mail_requests_created", ["createdAt"])
export class TeamMailRequest {
  @IdColumn() id: string;
  @TextColumn(254) email: string;
  /** Past a limit, so no mail; the log says so where there would have been one. */
  @FlagColumn() isHeld: boolean;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  @AtColumn() createdAt: number;
}
