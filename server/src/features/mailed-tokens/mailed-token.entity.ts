import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

export type MailedTokenKind =
  "INVITE" | "ACCOUNT_REQUEST" | "MAGIC_LINK" | "PASSWORD_RESET" | "EMAIL_CHANGE" | "NOT_ME" | "TEAM_PASSWORD";

/**
 * A permission that a mail (or a claimed magic link) gave: to create an account, reset a password or confirm a new
 * login email. Only the token's digest is stored; one conditional update sets `spentAt`.
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
  /** The address that is proven, or that the token will prove. */
  @TextColumn(254) email: string;
  /**
   * Set for PASSWORD_RESET, EMAIL_CHANGE and NOT_ME (which may also hold a team member's id), and TEAM_PASSWORD (a
   * member's).
   */
  @RefColumn({ nullable: true }) accountId: string | null;
  /** Set for MAGIC_LINK: the link whose request the client returns to afterwards. */
  @RefColumn({ nullable: true }) magicLinkId: string | null;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) spentAt: number | null;
}
