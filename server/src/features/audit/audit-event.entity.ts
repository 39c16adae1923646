import { Entity, ForeignKey, Index, PrimaryColumn } from "typeorm";
import type { ActorKind, AuditEventType } from "@gatehouse/shared";
import { AtColumn, CountColumn, LongTextColumn, RefColumn, TextColumn } from "../../platform/database/columns.js";

/**
 * One security-relevant fact, written in the transaction of what it records. Never changed, and deleted only
 * from the oldest on (retention/old-events.ts). `seq` has no gaps within a firm.
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
}

/** Assigns `seq`. Updated last in a transaction, so that numbers follow the order of commits. */
@Entity("audit_counters")
export class AuditCounter {
  @ForeignKey("firms", { name: "fk_audit_counters_firm", onDelete: "CASCADE" })
  @PrimaryColumn({ type: "varchar", length: 30 })
  firmId: string;
  @CountColumn() lastSeq: number;
}
