import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn } from "../../platform/database/columns.js";

/**
 * Opens one request without an account. The first claim binds it to a device (`deviceKeyDigest`, `boundUntil`);
 * claiming a newer link of the same request revokes it.
 */
@Entity("magic_links")
@Index("ix_magic_links_request", ["requestId", "issuedAt"])
export class MagicLink {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_magic_links_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @ForeignKey("client_requests", { name: "fk_magic_links_request", onDelete: "CASCADE" })
  @RefColumn()
  requestId: string;
  @Index("uq_magic_links_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  @AtColumn() issuedAt: number;
  /** When an unclaimed link expires. */
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) claimedAt: number | null;
  @DigestColumn({ nullable: true }) deviceKeyDigest: string | null;
  /** Until when the bound device may claim again; using it does not extend this. */
  @AtColumn({ nullable: true }) boundUntil: number | null;
  @AtColumn({ nullable: true }) revokedAt: number | null;
}
