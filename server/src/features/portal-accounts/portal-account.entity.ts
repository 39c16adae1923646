import type { Language } from "@gatehouse/shared";
import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/** A client's login: one per firm and email, serving every contact of the firm that has the email. */
@Entity("portal_accounts")
@Index("uq_portal_accounts_email", ["firmId", "email"], { unique: true })
export class PortalAccount {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_portal_accounts_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(254) email: string;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) lastSignInAt: number | null;
}

export type MailedTokenKind =
  "INVITE" | "ACCOUNT_REQUEST" | "MAGIC_LINK" | "PASSWORD_RESET" | "EMAIL_CHANGE" | "NOT_ME" | "TEAM_PASSWORD";

/**
 * A right that a mail (or a claimed magic link) gave: to create an account, reset a password or confirm a new login email.
 * Only the token's digest is kept; `spentAt` is set by one conditional update.
 */
@Entity("mailed_tokens")
@Index("ix_mailed_tokens_email", ["firmId", "email"])
@Index("ix_mailed_tokens_account", ["accountId"])
export class MailedToken {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_mailed_tokens_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(20) kind: MailedTokenKind;
  @Index("uq_mailed_tokens_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  /** The proven (or to be proven) address. */
  @TextColumn(254) email: string;
  /** Set for PASSWORD_RESET, EMAIL_CHANGE and NOT_ME (there a team member's id, too), and TEAM_PASSWORD (a member's). */
  @RefColumn({ nullable: true }) accountId: string | null;
  /** Set for MAGIC_LINK: the link whose request the client lands on afterwards. */
  @RefColumn({ nullable: true }) magicLinkId: string | null;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) spentAt: number | null;
}

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
