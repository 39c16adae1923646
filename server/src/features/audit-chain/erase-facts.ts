import type { EntityManager } from "typeorm";
import { affectedRows } from "../../platform/database/dialect.js";
import { sql, table } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { erasedParts, withoutFacts } from "./event-digest.js";

const events = table(AuditEvent);
const ERASE = sql`UPDATE ${events} SET ${events.actorName} = ?, ${events.ipAddress} = ?, ${events.userAgent} = ?, ${events.actorSeal} = ?,
  ${events.reason} = ?, ${events.changes} = ?, ${events.data} = ?, ${events.subjectSeal} = ? WHERE ${events.firmId} = ? AND ${events.seq} = ?`;

/**
 * Erases the facts about an event's actor, its subject or both. What is erased already stays so. The caller holds the
 * firm's log (lockChain), so that nobody seals the event meanwhile.
 */
export async function eraseFacts(
  manager: EntityManager,
  stored: AuditEvent,
  parts: { actor: boolean; subject: boolean },
): Promise<void> {
  const are = erasedParts(stored);
  let row = stored;
  for (const part of ["actor", "subject"] as const) if (parts[part] && !are[part]) row = withoutFacts(row, part);
  if (row === stored) return;
  const { actorName, ipAddress, userAgent, actorSeal, reason, changes, data, subjectSeal, firmId, seq } = row;
  await affectedRows(manager, ERASE, [
    actorName,
    ipAddress,
    userAgent,
    actorSeal,
    reason,
    changes,
    data,
    subjectSeal,
    firmId,
    seq,
  ]);
}
