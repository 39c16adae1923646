import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { CHECKPOINT_PURPOSE, signCheckpoint } from "../audit-chain/checkpoint.js";
import { forUpdateSql } from "../../platform/database/dialect.js";
import { select, sql, table } from "../../platform/database/sql.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import { WebhookEndpoint } from "../webhooks/webhook-endpoint.entity.js";
import { systemActor, type UnitOfWork } from "../work/unit-of-work.js";

const counters = table(AuditCounter);
const events = table(AuditEvent);
const endpoints = table(WebhookEndpoint);

/** The firms with events, and the number of their last one. */
export const LOGS = select({ firmId: counters.firmId, lastSeq: counters.lastSeq, chainedSeq: counters.chainedSeq })
  .from`${counters} WHERE ${counters.lastSeq} > 1`;
const OLDEST = select({ seq: events.seq, occurredAt: events.occurredAt, digest: events.digest });
const RECEIVERS = select({ disabledAt: endpoints.disabledAt, deliveredThroughSeq: endpoints.deliveredThroughSeq });
const DELETE = sql`DELETE FROM ${events} WHERE ${events.firmId} = ? AND ${events.seq} <= ?`;
const TRIMMED = sql`UPDATE ${counters} SET ${counters.trimmedDigest} = ? WHERE ${counters.firmId} = ?`;

/**
 * Deletes the oldest events of a firm's log, at most `most` of them: those that happened until the given time, that
 * every webhook endpoint has received, that are in the chain, and never the last one. What stays is numbered without
 * gaps, and an event says how much is gone. Returns the last number that was deleted, or null.
 */
export async function deleteOldEvents(
  unit: UnitOfWork,
  { firmId, lastSeq, chainedSeq }: { firmId: string; lastSeq: number; chainedSeq: number },
  { until, most, keys }: { until: number; most: number; keys: KeyRing },
): Promise<{ deleted: number; throughSeq: number } | null> {
  const oldest = await unit.rows(
    OLDEST.from`${events} WHERE ${events.firmId} = ? ORDER BY ${events.seq} LIMIT ${most}`,
    [firmId],
  );
  if (!oldest[0] || oldest[0].occurredAt > until) return null;
  // Held until the commit, so that a replay does not move an endpoint's cursor back to what is being deleted.
  const receivers = await unit.unpreparedRows(
    RECEIVERS.from`${endpoints} WHERE ${endpoints.firmId} = ?${forUpdateSql(unit.manager)}`,
    [firmId],
  );
  const delivered = receivers.flatMap(({ disabledAt, deliveredThroughSeq }) =>
    disabledAt === null ? [deliveredThroughSeq] : [],
  );
  const limit = Math.min(lastSeq - 1, chainedSeq, ...delivered);
  const kept = oldest.findIndex(({ seq, occurredAt }) => occurredAt > until || seq > limit);
  const last = oldest.at(kept === -1 ? -1 : kept - 1);
  if (kept === 0 || !last) return null;
  const { seq: throughSeq, digest } = last;
  const deleted = await unit.affected(DELETE, [firmId, throughSeq]);
  // Another server has deleted them meanwhile.
  if (deleted === 0) return null;
  await unit.affected(TRIMMED, [digest, firmId]);
  if (digest === null) throw new Error("what is deleted cannot be signed");
  const signed = signCheckpoint(
    keys.signingKey(CHECKPOINT_PURPOSE),
    { firmId, seq: throughSeq, digest, signedAt: new Date(unit.now).toISOString() },
    "gatehouse-audit-trim",
  );
  const { signedAt, keyId, signature } = signed;
  const data = { throughSeq, digest, signedAt, keyId, signature };
  unit.record({ type: "AUDIT_LOG_TRIMMED", firmId, actor: systemActor, data });
  return { deleted, throughSeq };
}
