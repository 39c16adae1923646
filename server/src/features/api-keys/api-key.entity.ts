import { Entity, ForeignKey, Index } from "typeorm";
import {
  AtColumn,
  DigestColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/** An integrator's key. `prefix` is public and finds the row; only the digest of the whole key is kept. */
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

/**
 * A mutation sent with an Idempotency-Key. RUNNING: nothing is committed. DONE: committed, the answer is not kept (yet). KEPT: the
 * answer is here, encrypted, since answers hold personal data. TOO_LARGE: it is not.
 */
@Entity("idempotency_records")
@Index("ix_idempotency_records_expires", ["expiresAt"])
export class IdempotencyRecord {
  /** Digest of caller and key. */
  @DigestColumn({ primary: true }) keyDigest: string;
  @DigestColumn() bodyDigest: string;
  @TextColumn(10) state: "RUNNING" | "DONE" | "KEPT" | "TOO_LARGE";
  /** Until when the request is believed to run. No two claims of a key have the same: it fences off the older one. */
  @AtColumn() claimedUntil: number;
  @LongTextColumn({ nullable: true }) encryptedAnswer: string | null;
  @AtColumn() expiresAt: number;
}
