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
 * Somebody who is signed in. Whether it may still act is asked at every use (shared/sign-in `sessionAccess`), so that a policy
 * in force from the commit needs no sweep to bite.
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
  /** The one request that assurance LINK reaches. */
  @RefColumn({ nullable: true }) requestId: string | null;
  @RefColumn({ nullable: true }) magicLinkId: string | null;
  @TextColumn(254) email: string;
  @TextColumn(10) assurance: Assurance;
  @TextColumn(10) transport: SessionTransport;
  @Index("uq_sessions_digest", { unique: true })
  @DigestColumn()
  tokenDigest: string;
  /** Whether the second factor was proven on the way here, also with assurance LINK. */
  @FlagColumn() isSecondFactorProven: boolean;
  /** When it was last proven in full who is at the keyboard (shared/sign-in `provenAtAfter`); 0: never. */
  @AtColumn() authenticatedAt: number;
  @AtColumn() createdAt: number;
  @AtColumn() lastUsedAt: number;
  @AtColumn() expiresAt: number;
  @AtColumn({ nullable: true }) revokedAt: number | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
}
