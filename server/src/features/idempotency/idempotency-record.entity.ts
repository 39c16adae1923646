import { Entity, Index } from "typeorm";
import { AtColumn, DigestColumn, LongTextColumn, TextColumn } from "../../platform/database/columns.js";

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
