import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import { AtColumn, CountColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";
import type { Language, PortalAccessState } from "@gatehouse/shared";

/**
 * A person at a client of the firm. `email` is normalized (trimmed, lower case, NFC); names are sorted by `nameKey`.
 */
@Entity("contacts")
@Index("uq_contacts_external_id", ["firmId", "externalId"], { unique: true })
@Index("ix_contacts_name", ["firmId", "nameKey", "id", "accessState"])
@Index("ix_contacts_created", ["firmId", "createdAt", "id", "accessState"])
@Index("ix_contacts_signed_in", ["firmId", "signedInAt", "id", "accessState"])
@Index("ix_contacts_email", ["firmId", "email"])
@Index("ix_contacts_state", ["firmId", "accessState", "nameKey", "id"])
export class Contact {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_contacts_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(200, { nullable: true }) externalId: string | null;
  @TextColumn(200) name: string;
  @TextColumn(200) nameKey: string;
  @TextColumn(200, { nullable: true }) organization: string | null;
  @TextColumn(254, { nullable: true }) email: string | null;
  @Index("ix_contacts_account")
  @RefColumn({ nullable: true })
  portalAccountId: string | null;
  /** NO_EMAIL, NOT_INVITED, INVITED or ACCOUNT_CREATED: kept consistent by account-links.ts and contact-changes.ts. */
  @TextColumn(20) accessState: PortalAccessState;
  @AtColumn({ nullable: true }) invitedAt: number | null;
  /** The language of mails to the person; null: the firm's default for its clients. */
  @TextColumn(2, { nullable: true }) language: Language | null;
  @AtColumn() createdAt: number;
  /** The account's `lastSignInAt` (0: never), for sorting; kept consistent by account-links.ts alone. */
  @AtColumn() signedInAt: number;
}

/**
 * A firm's contacts by state, and those whose account has 2FA; all other counts follow. Kept consistent by
 * portal-counts.ts alone.
 */
@Entity("portal_counts")
export class PortalCounts {
  @ForeignKey("firms", { name: "fk_portal_counts_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @CountColumn() withoutEmail: number;
  @CountColumn() notInvited: number;
  @CountColumn() invited: number;
  @CountColumn() withAccount: number;
  @CountColumn() twoFactorEnrolled: number;
}

/**
 * One row per word of a contact's name, organization and email, so that a search by a word's prefix is one index range.
 * Each row has the contact's `nameKey`, so that contacts with the same word are in the order of names, and the words of
 * consecutive contacts by name are adjacent.
 */
@Entity("search_words")
@Index("ix_search_words_name", ["firmId", "nameKey", "contactId", "word"])
export class SearchWord {
  @ForeignKey("firms", { name: "fk_search_words_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @PrimaryColumn({ type: "varchar", length: 60 }) word: string;
  @PrimaryColumn({ type: "varchar", length: 200 }) nameKey: string;
  @PrimaryColumn({ type: "varchar", length: 30 }) contactId: string;
}
