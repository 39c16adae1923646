import type { EntityManager } from "typeorm";
import { keyUsage, unusable } from "./key-usage.js";
import type { KeyRing } from "../platform/crypto/key-ring.js";
import { unpreparedRows } from "../platform/database/prepared-rows.js";
import { computed, notNull, select, sql, table, type Column, type Select, type Sql } from "../platform/database/sql.js";
import { TeamMember } from "../features/firm-staff/team-member.entity.js";
import { OutboxMail } from "../features/mail/outbox-mail.entity.js";
import { PortalAccount } from "../features/portal-accounts/portal-account.entity.js";
import { PendingTotpEnrollment, TotpCredential } from "../features/second-factors/authenticator.entity.js";
import { WebhookEndpoint } from "../features/webhooks/webhook-endpoint.entity.js";
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
  /** Reads a batch in the order of ids, starting at `?`. */
  stored: Select<Encrypted>;
  /** Replaces a value if it has not changed. Parameters: the new value, its row's id, the old value. */
  replace: Sql;
  /** What the value is bound to. */
  placeOf: (row: Encrypted) => string;
}
const replacing = (from: Sql, id: Column<string>, column: Column<string | null>) =>
  sql`UPDATE ${from} SET ${column} = ? WHERE ${id} = ? AND ${column} = ?`;

const m = table(TeamMember, "m");
const a = table(PortalAccount, "a");
const secrets = <E extends TotpCredential | PendingTotpEnrollment>(
  name: string,
  entity: new () => E,
  place: Parameters<typeof secretPlace>[0],
): Rotation => {
  const t = table<TotpCredential | PendingTotpEnrollment>(entity, "t");
  const plain = table<TotpCredential | PendingTotpEnrollment>(entity);
  return {
    name,
    stored: select({
      rowId: t.ownerId,
      firmId: computed<string | null>(sql`COALESCE(${m.firmId}, ${a.firmId})`),
      value: t.encryptedSecret,
    }).from`${t} LEFT JOIN ${m} ON ${m.id} = ${t.ownerId} LEFT JOIN ${a} ON ${a.id} = ${t.ownerId}
      WHERE ${t.ownerId} > ? ORDER BY ${t.ownerId} LIMIT ${BATCH}`,
    replace: replacing(plain, plain.ownerId, plain.encryptedSecret),
    placeOf: ({ rowId, firmId }) => secretPlace(place, { ownerId: rowId, firmId: firmId ?? "" }),
  };
};
const mails = table(OutboxMail);
const endpoints = table(WebhookEndpoint);

const rotations: readonly Rotation[] = [
  secrets("authenticator secrets", TotpCredential, "totp_credentials"),
  secrets("pending authenticator secrets", PendingTotpEnrollment, "pending_totp_enrollments"),
  {
    name: "waiting mails",
    stored: select({ rowId: mails.id, firmId: mails.firmId, value: notNull(mails.encryptedContent) })
      .from`${mails} WHERE ${mails.id} > ? AND ${mails.encryptedContent} IS NOT NULL ORDER BY ${mails.id} LIMIT ${BATCH}`,
    replace: replacing(mails, mails.id, mails.encryptedContent),
    placeOf: ({ rowId }) => contentPlace(rowId),
  },
  ...(["encryptedSecret", "previousEncryptedSecret"] as const).map((name) => ({
    name: name === "encryptedSecret" ? "webhook secrets" : "replaced webhook secrets",
    stored: select({ rowId: endpoints.id, firmId: endpoints.firmId, value: notNull(endpoints[name]) })
      .from`${endpoints} WHERE ${endpoints.id} > ? AND ${endpoints[name]} IS NOT NULL ORDER BY ${endpoints.id} LIMIT ${BATCH}`,
    replace: replacing(endpoints, endpoints.id, endpoints[name]),
    placeOf: ({ rowId }: Encrypted) => webhookSecretPlace(rowId),
  })),
];

export interface RotationReport {
  name: string;
  /** Encrypted again. */
  renewed: number;
  /** Already encrypted with the first key. */
  current: number;
  /** Unreadable: the key is missing, or the value is damaged. */
  unreadable: number;
}

/** Counts the values that these keys cannot decrypt, by what they are; none are listed with 0. */
export async function unreadableValues(
  reader: EntityManager,
  keys: KeyRing,
): Promise<{ name: string; unreadable: number }[]> {
  const counts: { name: string; unreadable: number }[] = [];
  for (const { name, stored, placeOf } of rotations) {
    let unreadable = 0;
    for (let after: string | undefined = ""; after !== undefined;) {
      const rows: Encrypted[] = await unpreparedRows(reader, stored, [after]);
      unreadable += rows.filter((row) => !isReadable(row.value, placeOf(row), keys)).length;
      after = rows.at(-1)?.rowId;
    }
    if (unreadable > 0) counts.push({ name, unreadable });
  }
  return counts;
}

/** In words: everything stored that SECRET_KEYS does not open, because a key is missing or is another one. */
export const lostValues = async (reader: EntityManager, keys: KeyRing): Promise<string[]> => [
  ...unusable(await keyUsage(reader), keys),
  ...(await unreadableValues(reader, keys)).map(({ name, unreadable }) => `${unreadable} ${name} cannot be decrypted`),
];
function isReadable(value: string, place: string, keys: KeyRing): boolean {
  try {
    keys.decrypt(value, place);
    return true;
  } catch {
    return false;
  }
}

/**
 * Encrypts everything again with the first key of SECRET_KEYS, in batches, while the server runs. A value that changed
 * meanwhile is skipped: it was written with the first key.
 */
export async function rotateKeys(work: Work, keys: KeyRing): Promise<RotationReport[]> {
  const reports: RotationReport[] = [];
  for (const { name, stored, replace, placeOf } of rotations) {
    const report: RotationReport = { name, renewed: 0, current: 0, unreadable: 0 };
    for (let after = ""; ;) {
      const rows = await work.unpreparedRows(stored, [after]);
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
        for (const { row, value } of renewed) changed += await unit.affected(replace, [value, row.rowId, row.value]);
        return changed;
      });
    }
    reports.push(report);
  }
  return reports;
}
