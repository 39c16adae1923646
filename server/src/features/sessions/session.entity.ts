import { Entity, ForeignKey, Index } from "typeorm";
import type { Assurance, Audience, SessionTransport } from "@gatehouse/shared";
import {
  AtColumn,
  DigestColumn,
  FlagColumn,
  IdColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * A signed-in person. Whether the session may still act is checked at every use (shared/sign-in `sessionAccess`), so
 * that a policy takes effect from its commit without a sweep.
 */
@Entity("sessions")
@Index("ix_sessions_owner", ["ownerId"])
@Index("ix_sessions_firm", ["firmId", "audience", "revokedAt"])
@Index("ix_sessions_request", ["requestId"])
export class Session {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_sessions_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(10) audience: Audience;
  /** The team member or portal account; null with assurance LINK. */
  @RefColumn({ nullable: true }) ownerId: string | null;
  /** The only request that assurance LINK reaches. */
  @RefColumn({ nullable: true }) requestId: string | null;
  @RefColumn({ nullable: true }) magicLinkId: string | null;
  @TextColumn(254) email: string;
  @TextColumn(10) assurance: Assurance;
  @TextColumn(10) transport: SessionTransport;
  @Index("uq_sessions_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  /** Whether the second factor was proven during sign-in, also with assurance LINK. */
  @FlagColumn() isSecondFactorProven: boolean;
  /** JSON: how its owner has proven who they are, in order; null if it was opened before that was recorded. */
  @TextColumn(200, { nullable: true }) methods: string | null;
  /** When the person last proved their identity in full (shared/sign-in `provenAtAfter`); 0: never. */
  @AtColumn() authenticatedAt: number;
  @AtColumn() createdAt: number;
  @AtColumn() lastUsedAt: number;
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) revokedAt: number | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
}
