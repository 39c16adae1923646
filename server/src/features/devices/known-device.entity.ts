import { Entity, Index } from "typeorm";
import { AtColumn, DigestColumn, IdColumn, RefColumn } from "../../platform/database/columns.js";

/**
 * A browser with which somebody has signed in, recognized by a separate cookie. Several people may share one. It opens
 * nothing.
 */
@Entity("known_devices")
@Index("uq_known_devices_token", ["tokenDigest", "ownerId"], { unique: true })
@Index("ix_known_devices_owner", ["ownerId"])
export class KnownDevice {
  @IdColumn() id: string;
  /** The team member or portal account. */
  @RefColumn() ownerId: string;
  @DigestColumn() tokenDigest: string;
  @AtColumn() createdAt: number;
  @AtColumn() expiresAt: number;
}
