import { randomBytes } from "node:crypto";
import type { RowDataPacket } from "mysql2/promise";
import { openPool, sentence, time, type EventRow } from "./reads.js";

const pool = openPool();
const firmId = process.env.BENCH_FIRM ?? "";

/** Changes a contact and records the event in one transaction, as Gatehouse does. */
export async function change(contactId: string, externalId: string) {
  const db = await pool.getConnection();
  const now = Date.now();
  try {
    await db.beginTransaction();
    await db.execute("UPDATE audit_counters SET lastSeq = lastSeq + 1 WHERE firmId = ?", [firmId]);
    const [[counter]] = await db.execute<RowDataPacket[]>("SELECT lastSeq FROM audit_counters WHERE firmId = ?", [
      firmId,
    ]);
    await db.execute("UPDATE contacts SET externalId = ? WHERE firmId = ? AND id = ?", [externalId, firmId, contactId]);
    const [[contact]] = await db.execute<RowDataPacket[]>(
      `SELECT c.id, c.name, c.email, c.accessState, a.email AS accountEmail, a.lastSignInAt, t.enrolledAt FROM contacts c
       LEFT JOIN portal_accounts a ON a.id = c.portalAccountId LEFT JOIN two_factor_states t ON t.ownerId = c.portalAccountId WHERE c.id = ?`,
      [contactId],
    );
    if (!counter || !contact) throw new Error("no such firm or contact");
    const event = {
      id: `evt_${randomBytes(16).toString("hex").slice(0, 25)}`,
      type: "CONTACT_UPDATED",
      actorName: "Member 0",
      data: JSON.stringify({ name: contact.name }),
    };
    await db.execute(
      `INSERT INTO audit_events (firmId, seq, id, type, occurredAt, actorKind, actorName, contactId, data) VALUES (?, ?, ?, ?, ?, 'TEAM_MEMBER', ?, ?, ?)`,
      [firmId, counter.lastSeq, event.id, event.type, now, event.actorName, contactId, event.data],
    );
    await db.commit();
    return {
      cursor: Buffer.from(JSON.stringify(["audit", counter.lastSeq])).toString("base64url"),
      id: event.id,
      type: event.type,
      occurredAt: time(now),
      actorName: event.actorName,
      summary: sentence(event as unknown as EventRow, contact.name as string),
      contact: {
        id: contact.id as string,
        name: contact.name as string,
        email: contact.email as string | null,
        portalAccessState: contact.accessState as string,
        portalAccount:
          contact.accountEmail === null
            ? null
            : {
                email: contact.accountEmail as string,
                lastSignInAt: time(contact.lastSignInAt as number | null),
                twoFactor: { enrolled: contact.enrolledAt !== null },
              },
      },
    };
  } catch (error) {
    await db.rollback();
    throw error;
  } finally {
    db.release();
  }
}
