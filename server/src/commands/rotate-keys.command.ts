import type { KeyRing } from "../platform/crypto/key-ring.js";
import { contentPlace } from "../features/mail/outbox.js";
import type { Work } from "../features/work/unit-of-work.js";
import { webhookSecretPlace } from "../features/webhooks/webhook-secret.js";
import { secretPlace } from "../features/second-factors/authenticator.method.js";

const BATCH = 200;

interface Encrypted {
  rowId: string;
  firmId: string | null;
  value: string;
}
interface Rotation {
  name: string;
  table: string;
  idColumn: string;
  column: string;
  /** Reads `rowId`, `firmId` and `value`, from `?` on in the order of ids, `?` many. */
  select: string;
  /** What the value is bound to. */
  placeOf: (row: Encrypted) => string;
}

const rotations: readonly Rotation[] = [
  ...(["totp_credentials", "pending_totp_enrollments"] as const).map((table) => ({
    name: table === "totp_credentials" ? "authenticator secrets" : "pending authenticator secrets",
    table,
    idColumn: "ownerId",
    column: "encryptedSecret",
    select: `SELECT t.ownerId AS rowId, COALESCE(m.firmId, a.firmId) AS firmId, t.encryptedSecret AS value FROM ${table} t
             LEFT JOIN team_members m ON m.id = t.ownerId LEFT JOIN portal_accounts a ON a.id = t.ownerId
             WHERE t.ownerId > ? ORDER BY t.ownerId LIMIT ${BATCH}`,
    placeOf: ({ rowId, firmId }: Encrypted) => secretPlace(table, { ownerId: rowId, firmId: firmId ?? "" }),
  })),
  {
    name: "waiting mails",
    table: "outbox_mails",
    idColumn: "id",
    column: "encryptedContent",
    select: `SELECT id AS rowId, firmId, encryptedContent AS value FROM outbox_mails
             WHERE id > ? AND encryptedContent IS NOT NULL ORDER BY id LIMIT ${BATCH}`,
    placeOf: ({ rowId }: Encrypted) => contentPlace(rowId),
  },
  ...(["encryptedSecret", "previousEncryptedSecret"] as const).map((column) => ({
    name: column === "encryptedSecret" ? "webhook secrets" : "replaced webhook secrets",
    table: "webhook_endpoints",
    idColumn: "id",
    column,
    select: `SELECT id AS rowId, firmId, ${column} AS value FROM webhook_endpoints
             WHERE id > ? AND ${column} IS NOT NULL ORDER BY id LIMIT ${BATCH}`,
    placeOf: ({ rowId }: Encrypted) => webhookSecretPlace(rowId),
  })),
];

export interface RotationReport {
  name: string;
  /** Encrypted again. */
  renewed: number;
  /** Had the first key already. */
  current: number;
  /** Could not be read: the key is missing, or the value is damaged. */
  unreadable: number;
}

/**
 * Encrypts everything again with the first key of SECRET_KEYS, in batches, while the server runs. A value that changed meanwhile
 * is left alone: whoever changed it used the first key.
 */
export async function rotateKeys(work: Work, keys: KeyRing): Promise<RotationReport[]> {
  const reports: RotationReport[] = [];
  for (const { name, table, idColumn, column, select, placeOf } of rotations) {
    const report: RotationReport = { name, renewed: 0, current: 0, unreadable: 0 };
    for (let after = ""; ;) {
      const rows = (await work.reader.query(select, [after])) as Encrypted[];
      const last = rows.at(-1);
      if (!last) break;
      after = last.rowId;
      const stale = rows.filter(({ value }) => keys.isStale(value));
      report.current += rows.length - stale.length;
      const renewed = stale.flatMap((row) => {
        try {
          return [{ row, value: keys.encrypt(keys.decrypt(row.value, placeOf(row)), placeOf(row)) }];
        } catch {
          report.unreadable++;
          return [];
        }
      });
      report.renewed += await work.do(async (unit) => {
        let changed = 0;
        for (const { row, value } of renewed)
          changed += await unit.affected(`UPDATE ${table} SET ${column} = ? WHERE ${idColumn} = ? AND ${column} = ?`, [
            value,
            row.rowId,
            row.value,
          ]);
        return changed;
      });
    }
    reports.push(report);
  }
  return reports;
}
