import { In, type EntityManager } from "typeorm";
import { counts, DAY_MS, isTrustedNow, type TrustEnd } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { forUpdate, forUpdateSql } from "../../platform/database/dialect.js";
import { placeholders, select, sql, table } from "../../platform/database/sql.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import type { RequestContext } from "../callers/request-context.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import { mailWords } from "../mail/mail-words.js";
import { deviceTrusted } from "../mail/security-letters.js";
import { notify } from "../mail/security-notices.js";
import { deviceInWords } from "../mail/words.js";
import { about, type Person } from "../people/person.js";
import type { Actor, UnitOfWork } from "../work/unit-of-work.js";
import { TrustedDevice } from "./trusted-device.entity.js";

/** A trusted device's token. */
export const isTrustedDeviceToken = (text: string): boolean => /^gtd_[\w-]{43}$/.test(text);

/** The digests of the tokens that the request brought. */
export const trustedDigests = ({ trustedDeviceTokens }: Pick<RequestContext, "trustedDeviceTokens">): string[] =>
  trustedDeviceTokens.map(digestOf);

/** The trusted device of this person that the request comes from, if the policy still lets it skip the code. */
export async function findTrustedDevice(
  manager: EntityManager,
  person: Person,
  context: RequestContext,
  trustedDeviceDays: number,
  now: number,
): Promise<TrustedDevice | null> {
  if (context.trustedDeviceTokens.length === 0 || trustedDeviceDays === 0) return null;
  // Locked, so that ending the trust waits for the sign-in, and then ends the session that it opens as well
  // (end-access.ts).
  const found = await manager.find(TrustedDevice, {
    where: { tokenDigest: In(trustedDigests(context)), ownerId: person.ownerId },
    ...forUpdate(manager),
  });
  return found.find((device) => isTrustedNow(device, { trustedDeviceDays }, now)) ?? null;
}

const devices = table(TrustedDevice);
const USE = sql`UPDATE ${devices} SET ${devices.lastUsedAt} = ? WHERE ${devices.id} = ?`;

/** Keeps that the device stood in for a code. Its row is locked by findTrustedDevice. */
export async function useTrustedDevice(unit: UnitOfWork, { id }: Pick<TrustedDevice, "id">): Promise<void> {
  await unit.affected(USE, [unit.now, id]);
}

/** Trusts the calling browser for as long as the policy allows, and notifies its owner. */
export async function trustDevice(
  unit: UnitOfWork,
  person: Person,
  context: RequestContext,
  {
    actor,
    policy: { trustedDeviceDays, firmSlug },
  }: { actor: Actor; policy: Pick<FirmPolicy, "trustedDeviceDays" | "firmSlug"> },
): Promise<void> {
  const days = Math.min(trustedDeviceDays, counts.trustedDeviceDaysMax);
  if (days <= 0) return;
  const { userAgent, ipAddress } = context.source;
  // Its cookie is replaced: what the older one opens is nobody's browser any more.
  const digests = trustedDigests(context);
  if (digests.length > 0)
    await endTrust(unit, person, { why: "TRUSTED_AGAIN", actor }, async () =>
      unit.rows(OWNED.plus` AND ${devices.tokenDigest} IN (${placeholders(digests.length)}) ${newestFirst(unit)}`, [
        person.ownerId,
        ...digests,
      ]),
    );
  const token = newToken("gtd");
  const id = newId("trustedDevice", unit.now);
  const expiresAt = unit.now + days * DAY_MS;
  await unit.manager.insert(TrustedDevice, {
    id,
    ownerId: person.ownerId,
    tokenDigest: digestOf(token),
    userAgent,
    ipAddress,
    createdAt: unit.now,
    expiresAt,
  });
  await endTrust(unit, person, { why: "TOO_MANY", actor }, async () =>
    (await unit.rows(OWNED.plus` ${newestFirst(unit)}`, [person.ownerId])).slice(counts.trustedDevicesPerOwner),
  );
  const browser = deviceInWords(userAgent, mailWords.EN.notice);
  const until = new Date(expiresAt).toISOString();
  unit.record({
    type: "DEVICE_TRUSTED",
    ...about(person, actor),
    data: { email: person.email, trustedDeviceId: id, browser, days, until },
  });
  await notify(unit, person, actor, deviceTrusted, { days });
  unit.afterCommit(() => context.setFirmCookie("device", firmSlug, { token, maxAgeMs: days * DAY_MS }));
}

const OWNED = select({ id: devices.id }).from`${devices} WHERE ${devices.ownerId} = ?`;
const newestFirst = (unit: UnitOfWork) =>
  sql`ORDER BY ${devices.createdAt} DESC, ${devices.id} DESC${forUpdateSql(unit.manager)}`;

/** Why devices are no longer trusted, by whom, and for which contact if that is known. */
export interface EndOfTrust {
  why: TrustEnd;
  actor: Actor;
  contactId?: string | null;
  reason?: string | null;
}

/**
 * Ends the trust in all of a client's devices, or in those that `which` reads and locks, with one event: whoever reads
 * the log knows at any time which devices are trusted.
 */
export async function endTrust(
  unit: UnitOfWork,
  { ownerId, firmId, email }: Pick<Person, "ownerId" | "firmId" | "email">,
  { why, actor, contactId, reason }: EndOfTrust,
  which: () => Promise<{ id: string }[]> = () => unit.rows(OWNED.plus` ${newestFirst(unit)}`, [ownerId]),
): Promise<void> {
  const trustedDeviceIds = (await which()).map(({ id }) => id);
  if (trustedDeviceIds.length === 0) return;
  await unit.manager.delete(TrustedDevice, { id: In(trustedDeviceIds), ownerId });
  unit.record({
    type: "TRUSTED_DEVICE_REVOKED",
    ...about({ firmId, accountId: ownerId }, actor),
    contactId,
    reason,
    data: { email, trustedDeviceIds, why },
  });
}
