import { Entity, Index, PrimaryColumn } from "typeorm";
import {
  AtColumn,
  CountColumn,
  DigestColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

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

/** The authenticator in force. The secret is encrypted and bound to this row. */
@Entity("totp_credentials")
export class TotpCredential {
  @PrimaryColumn({ type: "varchar", length: 30 }) ownerId: string;
  @LongTextColumn() encryptedSecret: string;
  /** The last accepted time step; only a later one is accepted (RFC 6238 5.2). */
  @AtColumn() lastUsedStep: number;
  @AtColumn() createdAt: number;
}

/** A secret that was shown but not confirmed: not a factor until a code confirms it. Beginning again replaces it. */
@Entity("pending_totp_enrollments")
export class PendingTotpEnrollment {
  @PrimaryColumn({ type: "varchar", length: 30 }) ownerId: string;
  @LongTextColumn() encryptedSecret: string;
  @CountColumn() failures: number;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
}

@Entity("recovery_codes")
@Index("uq_recovery_codes_digest", ["ownerId", "codeDigest"], { unique: true })
export class RecoveryCode {
  @IdColumn() id: string;
  @RefColumn() ownerId: string;
  @DigestColumn() codeDigest: string;
  @TextColumn(20) keyId: string;
  @AtColumn({ nullable: true }) usedAt: number | null;
}

/** A device that may skip the code until it expires, if the policy's trustedDeviceDays allow it. */
@Entity("trusted_devices")
@Index("ix_trusted_devices_owner", ["ownerId"])
export class TrustedDevice {
  @IdColumn() id: string;
  @RefColumn() ownerId: string;
  @Index("uq_trusted_devices_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
}
