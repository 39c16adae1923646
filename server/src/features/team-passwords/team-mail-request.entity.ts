import { Entity, Index } from "typeorm";
import { AtColumn, FlagColumn, IdColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * A request for a mail to choose a new team password, accepted before anybody checks whether the address is known.
 * team-password-requests.service.ts processes it.
 */
@Entity("team_mail_requests")
@Index("ix_team_mail_requests_created", ["createdAt"])
export class TeamMailRequest {
  @IdColumn() id: string;
  @TextColumn(254) email: string;
  /** Beyond a limit, so no mail is sent; the log records one that would have been. */
  @FlagColumn() isHeld: boolean;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  @AtColumn() createdAt: number;
}
