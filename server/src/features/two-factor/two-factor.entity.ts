import { Entity, Index, PrimaryColumn } from "typeorm";
import { AtColumn, CountColumn, RefColumn } from "../../platform/database/columns.js";

/**
 * What anybody who may see the account may know about its second factor. `ownerId` is a team member's or a portal
 * account's id.
 */
@Entity("two_factor_states")
@Index("ix_two_factor_states_locked", ["firmId", "lockedUntil"])
@Index("ix_two_factor_states_enrolled", ["firmId", "enrolledAt"])
export class TwoFactorState {
  @PrimaryColumn({ type: "varchar", length: 30 }) ownerId: string;
  @RefColumn() firmId: string;
  @AtColumn({ nullable: true }) enrolledAt: number | null;
  @CountColumn() recoveryCodesRemaining: number;
  /** Failures in a row over all challenges, codes and recovery codes; only a success (or an admin) clears them. */
  @CountColumn() consecutiveFailures: number;
  @AtColumn({ nullable: true }) lockedUntil: number | null;
  /** How often in a row it was locked: the wait doubles. */
  @CountColumn() lockCount: number;
}
