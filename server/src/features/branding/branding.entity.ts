import { Column, Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { HexColor, LogoType } from "@gatehouse/shared";
import { AtColumn, CountColumn, DigestColumn, TextColumn } from "../../platform/database/columns.js";

/** How a firm's portal and mails to clients look; without a row, like Gatehouse's. */
@Entity("brandings")
export class Branding {
  @ForeignKey("firms", { name: "fk_brandings_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  /** Null: Gatehouse's own. */
  @TextColumn(7, { nullable: true }) color: HexColor | null;
  @AtColumn() updatedAt: number;
}

/** A firm's logo, checked by readLogo. */
@Entity("logos")
export class Logo {
  @ForeignKey("firms", { name: "fk_logos_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  /**
   * The digest of the firm's id and the content, which is the logo's public address. From a digest of the content
   * alone, anybody with the picture could find out whether a firm uses it.
   */
  @Index("uq_logos_digest", { unique: true })
  @DigestColumn()
  digest: string;
  @TextColumn(20) contentType: LogoType;
  @CountColumn() width: number;
  @CountColumn() height: number;
  @Column({ type: "blob" }) content: Buffer;
}
