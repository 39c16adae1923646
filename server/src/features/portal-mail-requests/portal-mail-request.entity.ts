import type { Language } from "@gatehouse/shared";
import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

export type PortalMailKind = "ACCOUNT_REQUEST" | "PASSWORD_RESET";

/**
 * A stranger's wish for a mail (new account, password reset), answered before anybody looks whether the address is known:
 * so the answer and its time say nothing. portal-mail-requests.service.ts works it off.
 */
@Entity("portal_mail_requests")
@Index("ix_portal_mail_requests_created", ["createdAt"])
export class PortalMailRequest {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_portal_mail_requests_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  /** HELD_: past a limit, so no mail; the log says so where there would have been one. */
  @TextColumn(20) kind: PortalMailKind | `HELD_${PortalMailKind}`;
  @TextColumn(254) email: string;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  /** Of the page where the mail was asked for. */
  @TextColumn(2, { nullable: true }) language: Language | null;
  @AtColumn() createdAt: number;
}
