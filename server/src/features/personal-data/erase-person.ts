import { erasedWith, loginEventTypes, MINUTE_MS, type DeletedPerson } from "@gatehouse/shared";
import { digestOf } from "../../platform/crypto/tokens.js";
import type { Reads } from "../../platform/database/reads.js";
import { computed, NOTHING, placeholders, select, sql, table, type Sql } from "../../platform/database/sql.js";
import { AuditEvent } from "../audit/audit-event.entity.js";
import { lockChain } from "../audit-chain/audit-chain.js";
import { eraseFacts } from "../audit-chain/erase-facts.js";
import { makeReportsAnew } from "../reports/forget-reports.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { addressesIn, deleteMailedTo, ownAmong } from "./addresses.js";
import { PersonErasure } from "./person-erasure.entity.js";

const e = table(AuditEvent, "e");
const row = table(AuditEvent, "row_");
/** Each from its own index. By the same rule as `erasedWith`. */
const OF_LOGIN = sql`${e.type} IN (${placeholders(loginEventTypes.length)}) AND ${e.data} NOT LIKE '%"requestId"%'`;
const ABOUT = sql`${e.contactId} = ? AND NOT (COALESCE(${e.accountId}, '') = ? AND ${OF_LOGIN})`;
const ABOUT_LOGIN = sql`${e.accountId} = ? AND (${e.contactId} IS NULL OR (${OF_LOGIN}))`;
const BY_LOGIN = sql`${e.actorId} = ?`;
/** By somebody who typed an address that no login had. */
const BY_STRANGERS = sql`${e.actorId} IS NULL AND ${e.actorKind} = 'CLIENT' AND ${e.contactId} IS NULL AND ${e.accountId} IS NULL`;
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
    [firmId, contactId, keptAccountId ?? NOBODY, ...loginEventTypes, afterSeq],
    [firmId, accountId ?? NOBODY, ...loginEventTypes, afterSeq],
    [firmId, accountId ?? NOBODY, afterSeq],
    [firmId, ...addresses, afterSeq],
  ].flat();

/** How long what somebody began before the deletion may still write events. */
const SETTLED_MS = 10 * MINUTE_MS;

/** How many events say something about the person. `addresses`: those that nobody else of the firm has. */
export async function eventsOf(
  reads: Pick<Reads, "unpreparedRows">,
  firmId: string,
  person: DeletedPerson,
  addresses: readonly string[],
): Promise<number> {
  const named = addresses.length === 0 ? [NOBODY] : addresses;
  const strangers = sql`${BY_STRANGERS} AND ${e.actorName} IN (${placeholders(named.length)})`;
  const [found] = await reads.unpreparedRows(
    select({ n }).from`(${ofPerson(NOTHING, strangers)}) k`,
    parametersOf(firmId, person, { afterSeq: 0, addresses: named }),
  );
  return found?.n ?? 0;
}

const digestsOf = (addresses: readonly string[]): string[] => addresses.map(digestOf);

/** Begins to erase what the log says about a contact that is deleted in this transaction. */
export async function beginErasure(
  unit: UnitOfWork,
  firmId: string,
  person: DeletedPerson,
  addresses: readonly string[],
): Promise<void> {
  const { now } = unit;
  const addressDigests = digestsOf(addresses).join(" ");
  const times = { deletedAt: now, dueAt: now };
  await unit.manager.insert(PersonErasure, { ...person, firmId, addressDigests, afterSeq: 0, ...times });
}

/**
 * Erases the facts in at most `most` further events, and deletes what was mailed to the addresses in them. Whether there are
 * more. Once there are none, everything is looked at again after what began before the deletion has ended: it may have
 * written events, and an address may have been found after an event that names it.
 */
export async function eraseSome(unit: UnitOfWork, firmId: string, contactId: string, most: number): Promise<boolean> {
  const { manager } = unit;
  if ((await lockChain(manager, firmId)) === null) return false;
  const erasure = await manager.findOneBy(PersonErasure, { contactId, firmId });
  if (!erasure) return false;
  const page = sql`ORDER BY ${e.seq} LIMIT ${most}`;
  const events = await unit.unpreparedRows(
    select({ ...row }).from`(SELECT seq FROM (${ofPerson(page, BY_STRANGERS)}) s ORDER BY seq LIMIT ${most}) k
      JOIN ${row} ON ${row.firmId} = ? AND ${row.seq} = k.seq ORDER BY ${row.seq}`,
    [...parametersOf(firmId, erasure, erasure), firmId],
  );
  const digests = new Set(erasure.addressDigests.split(" "));
  const found = new Set<string>();
  for (const event of events) {
    const addresses = addressesIn(event);
    const namesAddress = digestsOf(addresses).some((digest) => digests.has(digest));
    const parts = erasedWith(erasure, { ...event, data: JSON.parse(event.data) as object, namesAddress });
    if (parts.subject) for (const address of addresses) found.add(address);
    await eraseFacts(manager, event, parts);
  }
  const own = await ownAmong(unit, erasure, [...found]);
  await deleteMailedTo(unit, { firmId, addresses: own, before: erasure.deletedAt });
  const addressDigests = [...new Set([...digests, ...digestsOf(own)])].join(" ").trim();
  const last = events.at(-1);
  if (last && events.length === most) {
    await manager.update(PersonErasure, { contactId, firmId }, { afterSeq: last.seq, addressDigests });
    return true;
  }
  if (erasure.dueAt > erasure.deletedAt) {
    await manager.delete(PersonErasure, { contactId, firmId });
    // What was reported since the deletion may have been in the log until now.
    await makeReportsAnew(unit, firmId);
  } else
    await manager.update(
      PersonErasure,
      { contactId, firmId },
      { afterSeq: 0, addressDigests, dueAt: erasure.deletedAt + SETTLED_MS },
    );
  return false;
}
