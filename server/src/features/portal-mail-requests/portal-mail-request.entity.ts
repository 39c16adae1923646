import type { Language } from "@gatehouse/shared";
import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

export type PortalMailKind = "ACCOUNT_REQUEST" | "PASSWORD_RESET";

/**
 * A stranger's request for a mail (new account, password reset), accepted before anybody checks whether the address is
 * known: so neither the response nor its timing reveals anything. portal-mail-requests.service.ts processes it.
 */
@Entity("portal_mail_requests")
@Index("ix_portal_mail_requests_created", ["createdAt"])
export class PortalMailRequest {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_portal_mail_requests_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  /** HELD_: beyond a limit, so no mail is sent; the log records one that would have been. */
  @TextColumn(20) kind: PortalMailKind | `HELD_${PortalMailKind}`;
  @TextColumn(254) email: string;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  /** The language of the page where the mail was requested. */
  @TextColumn(2, { nullable: true }) language: Language | null;
  @AtColumn() createdAt: number;
}
