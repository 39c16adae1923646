import { Entity, ForeignKey, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/** An integrator's key. `prefix` is public and finds the row; only the digest of the whole key is stored. */
@Entity("api_keys")
@Index("ix_api_keys_firm", ["firmId", "createdAt"])
export class ApiKey {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_api_keys_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(200) name: string;
  @Index("uq_api_keys_prefix", { unique: true })
  @TextColumn(20)
  prefix: string;
  @DigestColumn() tokenDigest: string;
  /** Space-separated scopes. */
  @TextColumn(300) scopes: string;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) expiresAt: number | null;
  @AtColumn({ nullable: true }) lastUsedAt: number | null;
  @AtColumn({ nullable: true }) revokedAt: number | null;
}
