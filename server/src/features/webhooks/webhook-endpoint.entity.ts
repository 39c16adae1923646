import { Entity, ForeignKey, Index } from "typeorm";
import type { AuditEventType } from "@gatehouse/shared";
import {
  AtColumn,
  CountColumn,
  FlagColumn,
  IdColumn,
  LongTextColumn,
  RefColumn,
  TextColumn,
} from "../../platform/database/columns.js";

/**
 * Where an integrator wants the firm's events delivered, in order. The signing secret is encrypted and bound to this
 * row.
 */
@Entity("webhook_endpoints")
@Index("ix_webhook_endpoints_firm", ["firmId", "createdAt"])
@Index("ix_webhook_endpoints_due", ["disabledAt", "nextAttemptAt"])
export class WebhookEndpoint {
  @IdColumn() id: string;
  @ForeignKey("firms", { name: "fk_webhook_endpoints_firm", onDelete: "CASCADE" })
  @RefColumn()
  firmId: string;
  @TextColumn(2000) url: string;
  /** Space-separated event types; empty: all of them. */
  @LongTextColumn() types: string;
  @LongTextColumn() encryptedSecret: string;
  /** The secret before the last rotation, and until when deliveries are signed with it too. */
  @LongTextColumn({ nullable: true }) previousEncryptedSecret: string | null;
  @AtColumn({ nullable: true }) previousSecretUntil: number | null;
  /** The last event that was acknowledged (or skipped because its type is not wanted). */
  @CountColumn() deliveredThroughSeq: number;
  /** Failed attempts at the next event. */
  @CountColumn() attempts: number;
  @AtColumn() nextAttemptAt: number;
  @TextColumn(500, { nullable: true }) lastFailure: string | null;
  @AtColumn() createdAt: number;
  @AtColumn({ nullable: true }) disabledAt: number | null;
}

/** One attempt to deliver an event, as its owner sees it; deleted after a month. */
@Entity("webhook_deliveries")
@Index("ix_webhook_deliveries_endpoint", ["endpointId", "attemptedAt", "id"])
@Index("ix_webhook_deliveries_attempted", ["attemptedAt"])
export class WebhookDelivery {
  @IdColumn() id: string;
  @ForeignKey("webhook_endpoints", { name: "fk_webhook_deliveries_endpoint", onDelete: "CASCADE" })
  @RefColumn()
  endpointId: string;
  @RefColumn() eventId: string;
  @CountColumn() eventSeq: number;
  @TextColumn(40) eventType: AuditEventType;
  /** The number of this attempt in a row for this event, from 1. */
  @CountColumn() attempt: number;
  @AtColumn() attemptedAt: number;
  @CountColumn() durationMs: number;
  @FlagColumn() isDelivered: boolean;
  /** Null if the receiver did not answer. */
  @CountColumn({ nullable: true }) responseStatus: number | null;
  @TextColumn(500, { nullable: true }) failure: string | null;
  @AtColumn({ nullable: true }) nextAttemptAt: number | null;
}
