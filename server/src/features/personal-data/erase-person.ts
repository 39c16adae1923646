import { erasedWith, MINUTE_MS, type DeletedPerson } from "@gatehouse/shared";
import { digestOf } from "../../platform/crypto/tokens.js";
import { lockChain } from "../audit-chain/audit-chain.js";
import { eraseFacts } from "../audit-chain/erase-facts.js";
import { makeReportsAnew } from "../reports/forget-reports.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { addressesIn, deleteMailedTo, ownAmong } from "./addresses.js";
import { nextEventsOf, othersLoginsAmong } from "./person-events.js";
import { PersonErasure } from "./person-erasure.entity.js";

/** How long what somebody began before the deletion may still write events. */
const SETTLED_MS = 10 * MINUTE_MS;

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
  const { afterSeq } = erasure;
  const events = await nextEventsOf(unit, firmId, erasure, { afterSeq, most, addresses: null });
  const othersLogins = await othersLoginsAmong(unit, erasure, events);
  const digests = new Set(erasure.addressDigests.split(" "));
  const found = new Set<string>();
  for (const event of events) {
    const addresses = addressesIn(event);
    const namesAddress = digestsOf(addresses).some((digest) => digests.has(digest));
    const isOthersLogin = othersLogins.has(event.accountId);
    const data = JSON.parse(event.data) as object;
    const parts = erasedWith(erasure, { ...event, data, namesAddress, isOthersLogin });
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
