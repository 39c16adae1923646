import { loginEventTypes, type DeletedPerson } from "@gatehouse/shared";
import type { Reads } from "../../platform/database/reads.js";
import {
  computed,
  NOTHING,
  placeholders,
  select,
  selectDistinct,
  sql,
  table,
  type Sql,
} from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { Contact } from "../contacts/contact.entity.js";
import { changesOf } from "../work/event-sentence.js";

const e = table(AuditEvent, "e");
const row = table(AuditEvent, "row_");
/** Each from its own index. By the same rule as `erasedWith`. */
const OF_LOGIN = sql`${e.type} IN (${placeholders(loginEventTypes.length)}) AND ${e.data} NOT LIKE '%"requestId"%'`;
const o = table(Contact, "o");
/** Another contact has the login. */
const OTHERS_LOGIN = sql`(COALESCE(${e.accountId}, '') = ? OR EXISTS (SELECT 1 FROM ${o}
  WHERE ${o.firmId} = ${e.firmId} AND ${o.portalAccountId} = ${e.accountId} AND ${o.id} <> ?))`;
const ABOUT = sql`${e.contactId} = ? AND NOT (${OF_LOGIN} AND ${OTHERS_LOGIN})`;
const ABOUT_LOGIN = sql`${e.accountId} = ? AND (${e.contactId} IS NULL OR (${OF_LOGIN}))`;
const BY_LOGIN = sql`${e.actorId} = ?`;
/** By somebody who typed an address that no login had. */
const BY_STRANGERS = sql`${e.actorId} IS NULL AND ${e.actorKind} = 'CLIENT' AND ${e.contactId} IS NULL AND ${e.accountId} IS NULL`;
const strangersWith = (addresses: readonly string[]) =>
  sql`${BY_STRANGERS} AND ${e.actorName} IN (${placeholders(addresses.length)})`;
const seqs = (where: Sql, page: Sql) =>
  sql`SELECT ${e.seq} AS seq FROM ${e} WHERE ${e.firmId} = ? AND ${where} AND ${e.seq} > ? ${page}`;
const ofPerson = (page: Sql, strangers: Sql) => {
  const found = (where: Sql, name: Sql) => sql`SELECT seq FROM (${seqs(where, page)}) ${name}`;
  return sql`${found(ABOUT, sql`a`)} UNION ${found(ABOUT_LOGIN, sql`b`)} UNION ${found(BY_LOGIN, sql`c`)} UNION ${found(strangers, sql`d`)}`;
};
const n = computed<number>(sql`COUNT(*)`);
/** No account has this id, and nobody this address. */
const NOBODY = "-";
const parametersOf = (
  firmId: string,
  { contactId, accountId, keptAccountId }: DeletedPerson,
  { afterSeq, addresses = [] }: { afterSeq: number; addresses?: readonly string[] },
) =>
  [
    [firmId, contactId, ...loginEventTypes, keptAccountId ?? NOBODY, contactId, afterSeq],
    [firmId, accountId ?? NOBODY, ...loginEventTypes, afterSeq],
    [firmId, accountId ?? NOBODY, afterSeq],
    [firmId, ...addresses, afterSeq],
  ].flat();

/** How many events say something about the person. `addresses`: those that nobody else of the firm has. */
export async function countEventsOf(
  reads: Pick<Reads, "unpreparedRows">,
  firmId: string,
  person: DeletedPerson,
  addresses: readonly string[],
): Promise<number> {
  const named = addresses.length === 0 ? [NOBODY] : addresses;
  const [found] = await reads.unpreparedRows(
    select({ n }).from`(${ofPerson(NOTHING, strangersWith(named))}) k`,
    parametersOf(firmId, person, { afterSeq: 0, addresses: named }),
  );
  return found?.n ?? 0;
}

/**
 * The next events in which there may be something about the person (`erasedWith` decides), oldest first. `addresses`:
 * also those by strangers who typed one of them; null: by any stranger.
 */
export function nextEventsOf(
  reads: Pick<Reads, "unpreparedRows">,
  firmId: string,
  person: DeletedPerson,
  { afterSeq, most, addresses }: { afterSeq: number; most: number; addresses: readonly string[] | null },
): Promise<AuditEvent[]> {
  const page = sql`ORDER BY ${e.seq} LIMIT ${most}`;
  const named = addresses !== null && addresses.length === 0 ? [NOBODY] : addresses;
  const found = ofPerson(page, named === null ? BY_STRANGERS : strangersWith(named));
  return reads.unpreparedRows(
    select({ ...row }).from`(SELECT seq FROM (${found}) s ORDER BY seq LIMIT ${most}) k
      JOIN ${row} ON ${row.firmId} = ? AND ${row.seq} = k.seq ORDER BY ${row.seq}`,
    [...parametersOf(firmId, person, { afterSeq, addresses: named ?? [] }), firmId],
  );
}

/** The next events by strangers who typed one of these addresses (at least one), oldest first. */
export function nextEventsByStrangers(
  reads: Pick<Reads, "unpreparedRows">,
  firmId: string,
  { afterSeq, most, addresses }: { afterSeq: number; most: number; addresses: readonly string[] },
): Promise<AuditEvent[]> {
  return reads.unpreparedRows(
    select({ ...row }).from`(${seqs(strangersWith(addresses), sql`ORDER BY ${e.seq} LIMIT ${most}`)}) k
      JOIN ${row} ON ${row.firmId} = ? AND ${row.seq} = k.seq ORDER BY ${row.seq}`,
    [firmId, ...addresses, afterSeq, firmId],
  );
}

const OTHERS = selectDistinct({ accountId: o.portalAccountId })
  .from`${o} WHERE ${o.firmId} = ? AND ${o.id} <> ? AND ${o.portalAccountId}`;

/** Which of the logins that these events are about another contact has. */
export async function othersLoginsAmong(
  reads: Pick<Reads, "unpreparedRows">,
  { firmId, contactId }: { firmId: string; contactId: string },
  events: readonly AuditEvent[],
): Promise<ReadonlySet<string | null>> {
  const ids = [...new Set(events.flatMap(({ accountId }) => accountId ?? []))];
  if (ids.length === 0) return new Set();
  const found = await reads.unpreparedRows(OTHERS.plus` IN (${placeholders(ids.length)})`, [firmId, contactId, ...ids]);
  return new Set(found.map(({ accountId }) => accountId));
}

const LINKING = select({ seq: e.seq }).from`${e} WHERE ${e.firmId} = ? AND ${e.contactId} <> ?
  AND ${e.type} IN ('CONTACT_CREATED', 'CONTACT_UPDATED', 'CONTACT_REDIRECTED') AND ${e.changes} LIKE ? LIMIT 1`;
const CREATION = select({ changes: e.changes })
  .from`${e} WHERE ${e.firmId} = ? AND ${e.accountId} = ? AND ${e.type} = 'ACCOUNT_CREATED'`;

/** Another contact is named where the login did something, or something became of it, or the contact was deleted and had it too. */
const NAMING_OTHERS = select({ seq: e.seq })
  .from`${e} WHERE ${e.firmId} = ? AND ${e.contactId} <> ? AND (${e.accountId} = ? OR ${e.actorId} = ?) LIMIT 1`;
const SHARED = select({ seq: e.seq })
  .from`${e} WHERE ${e.firmId} = ? AND ${e.contactId} <> ? AND ${e.type} = 'CONTACT_DELETED' AND ${e.data} LIKE ? LIMIT 1`;

/** Whether the log tells that another contact had the login, now or before, also one that was deleted since. */
export async function wasOthersLogin(
  reads: Pick<Reads, "unpreparedRows">,
  { firmId, contactId, accountId }: { firmId: string; contactId: string; accountId: string },
): Promise<boolean> {
  const linked = await reads.unpreparedRows(LINKING, [firmId, contactId, `%"${accountId}"%`]);
  if (linked.length > 0) return true;
  // What linked a deleted contact is erased.
  const named = await reads.unpreparedRows(NAMING_OTHERS, [firmId, contactId, accountId, accountId]);
  if (named.length > 0) return true;
  const shared = await reads.unpreparedRows(SHARED, [firmId, contactId, `%"sharedPortalAccountId":"${accountId}"%`]);
  if (shared.length > 0) return true;
  const created = await reads.unpreparedRows(CREATION, [firmId, accountId]);
  return created
    .flatMap((event) => changesOf(event))
    .some(({ field, after }) => field === "contacts" && Array.isArray(after) && after.some((id) => id !== contactId));
}
