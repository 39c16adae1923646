import { forUpdateSql } from "../../platform/database/dialect.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { select, table } from "../../platform/database/sql.js";
import { joinTenant } from "../../platform/database/transaction.js";
import { AuditCounter } from "../audit/audit-event.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { FirmGone } from "../work/firm-gone.js";

const counters = table(AuditCounter);
const COUNTER = select({ firmId: counters.firmId }).from`${counters} WHERE ${counters.firmId} = ?`;

/**
 * Serializes these writes within a firm. Otherwise a transaction that creates a contact and one that creates the
 * account with its email would not see each other's row until both commit: the two would never be linked, and the
 * firm's counts would not add up. It locks the row that their events lock in the end anyway.
 */
export async function lockContacts({ manager }: UnitOfWork, firmId: string): Promise<void> {
  joinTenant(manager, firmId);
  const [row] = await rowsOf(manager, COUNTER.plus`${forUpdateSql(manager)}`, [firmId]);
  if (!row) throw new FirmGone();
}
