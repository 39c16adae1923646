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
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
}
