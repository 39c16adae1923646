import { Entity } from "typeorm";
import { AtColumn, CountColumn, DigestColumn } from "../../platform/database/columns.js";

/**
 * An AttemptCount of shared's attempt-policy: what may happen only a limited number of times, by source address, by a
 * mail's address, by password. Counted in a separate transaction.
 */
@Entity("attempt_counters")
export class AttemptCounter {
  /** What is counted, e.g. `password:<firm>:<digest of email>`. */
  @DigestColumn({ primary: true })
  keyDigest: string;
  @CountColumn() attempts: number;
  @AtColumn() windowEndsAt: number;
  @AtColumn({ nullable: true }) blockedUntil: number | null;
  @CountColumn() blockCount: number;
  /** How far it lies in the future says how much of the day's share is used up. */
  @AtColumn({ default: 0 }) owedUntil: number;
}
