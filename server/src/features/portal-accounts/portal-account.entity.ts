import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/** A client's login: one per firm and email. It serves every contact of the firm with that email. */
@Entity("portal_accounts")
@Index("uq_portal_accounts_email", ["firmId", "email"], { unique: true })
@Index("ix_portal_accounts_unlinked", ["firmId", "unlinkedAt", "id"])
export class PortalAccount {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_portal_accounts_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(254) email: string;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) lastSignInAt: number | null;
  /**
   * Since when no contact has the account; null: one has. Kept consistent by account-links.ts and contact-changes.ts.
   */
  @AtColumn({ nullable: true }) unlinkedAt: number | null;
}
