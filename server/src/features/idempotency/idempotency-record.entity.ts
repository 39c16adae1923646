import { Entity, Index } from "typeorm";
import { AtColumn, DigestColumn, LongTextColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * A mutation sent with an Idempotency-Key. RUNNING: nothing is committed. DONE: committed, but the response is not
 * stored (yet). KEPT: the response is stored, encrypted, since it may hold personal data. TOO_LARGE: it is too large to
 * store.
 */
@Entity("idempotency_records")
@Index("ix_idempotency_records_expires", ["expiresAt"])
export class IdempotencyRecord {
  /** Digest of the caller and the key. */
  @DigestColumn({ primary: true }) keyDigest: string;
  @DigestColumn() bodyDigest: string;
  @TextColumn(10) state: "RUNNING" | "DONE" | "KEPT" | "TOO_LARGE";
  /**
   * Until when the request counts as running. No two claims of a key have the same value, which fences off the older
   * one.
   */
  @AtColumn() claimedUntil: number;
  @LongTextColumn({ nullable: true }) encryptedAnswer: string | null;
  @AtColumn() expiresAt: number;
}
