import { Entity, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

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
  /** The address from which it was trusted. */
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @AtColumn() createdAt: number;
  /** When it last stood in for a code. */
  @AtColumn({ nullable: true }) lastUsedAt: number | null;
  @AtColumn() expiresAt: number;
}
