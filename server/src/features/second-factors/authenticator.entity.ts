import { Entity, PrimaryColumn } from "typeorm";
import { AtColumn, CountColumn, LongTextColumn } from "../../platform/database/columns.js";

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
