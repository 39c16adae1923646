import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { ActorKind, AuditEventType } from "@gatehouse/shared";
import {
  AtColumn,
  CountColumn,
  DigestColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * One security-relevant fact, written in the transaction of what it records. Never changed, except that a person's facts
 * are erased with the person (personal-data), those of a sign-in with its age (sign-in-retention), and deleted only from the oldest on (retention/old-events.ts). `seq` has no gaps within a firm.
 */
@Entity("audit_events")
@Index("ix_audit_events_contact", ["firmId", "contactId", "seq"])
@Index("ix_audit_events_account", ["firmId", "accountId", "seq"])
@Index("ix_audit_events_actor", ["firmId", "actorId", "seq"])
@Index("ix_audit_events_type", ["firmId", "type", "seq"])
@Index("ix_audit_events_occurred", ["firmId", "occurredAt"])
export class AuditEvent {
  @ForeignKey("firms", { name: "fk_audit_events_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @PrimaryColumn({ type: "int" }) seq: number;
  @Index("uq_audit_events_id", { unique: true })
  @RefColumn()
  id: string;
  @TextColumn(40) type: AuditEventType;
  @AtColumn() occurredAt: number;
  @TextColumn(20) actorKind: ActorKind;
  @RefColumn({ nullable: true }) actorId: string | null;
  @TextColumn(254, { nullable: true }) actorName: string | null;
  @RefColumn({ nullable: true }) contactId: string | null;
  @RefColumn({ nullable: true }) accountId: string | null;
  @TextColumn(500, { nullable: true }) reason: string | null;
  @TextColumn(45, { nullable: true }) ipAddress: string | null;
  @TextColumn(300, { nullable: true }) userAgent: string | null;
  /** JSON: what the event's sentence needs (shared/audit). No secrets. */
  @LongTextColumn() data: string;
  /** JSON: how somebody proved who they are; null for events that prove nobody, and those of before it was recorded. */
  @TextColumn(200, { nullable: true }) methods: string | null;
  /** JSON: the fields that changed, as the API names them; null: none. */
  @LongTextColumn({ nullable: true }) changes: string | null;
  /**
   * How what is known of a person enters the chain (audit-chain/event-digest.ts): the salt of its digest, or, once it was
   * erased, the digest.
   */
  @TextColumn(64, { nullable: true }) actorSeal: string | null;
  @TextColumn(64, { nullable: true }) subjectSeal: string | null;
  /** Null for events that are not in the chain yet. */
  @DigestColumn({ nullable: true }) digest: string | null;
}

/** Assigns `seq`. Updated last in a transaction, so that numbers follow the order of commits. */
@Entity("audit_counters")
export class AuditCounter {
  @ForeignKey("firms", { name: "fk_audit_counters_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @CountColumn() lastSeq: number;
  /** The last event in the chain, and its digest. */
  @CountColumn({ default: 0 }) chainedSeq: number;
  @DigestColumn({ nullable: true }) chainDigest: string | null;
  /** The first of the events that are being sealed belatedly, while that is under way. */
  @CountColumn({ nullable: true }) sealingFromSeq: number | null;
  /** The digest of the last event that was deleted as old. */
  @DigestColumn({ nullable: true }) trimmedDigest: string | null;
  /** The sign-in events up to this one lose their facts, as a signed event of that time says; null: none do. */
  @CountColumn({ nullable: true }) signInsStatedSeq: number | null;
  @AtColumn({ nullable: true }) signInsStatedAt: number | null;
  /** Those up to this one have lost them; null: none have. */
  @CountColumn({ nullable: true }) signInsErasedSeq: number | null;
  /** The last event that is a signed checkpoint, and when it was signed. */
  @CountColumn({ default: 0 }) checkpointSeq: number;
  @AtColumn({ nullable: true }) checkpointAt: number | null;
  /** The last event of the checkpoint that was mailed last, and when. */
  @CountColumn({ default: 0 }) checkpointMailedSeq: number;
  @AtColumn({ nullable: true }) checkpointMailedAt: number | null;
}

/** Public keys of signed checkpoints, kept for whoever checks a checkpoint after its key has left SECRET_KEYS. */
@Entity("audit_signing_keys")
export class AuditSigningKey {
  /** The key's thumbprint (RFC 7638). */
  @PrimaryColumn({ type: "varchar", length: 43 })
  id: string;
  /** Ed25519, base64url. */
  @TextColumn(43) publicKey: string;
  /** By a key of SECRET_KEYS, whose id it begins with: without it, anybody could add a key of their own. */
  @TextColumn(90) proof: string;
  @AtColumn() createdAt: number;
}
