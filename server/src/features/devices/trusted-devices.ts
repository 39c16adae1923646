import { In, type EntityManager } from "typeorm";
import { DAY_MS, counts } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { forUpdate } from "../../platform/database/dialect.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import type { RequestContext } from "../callers/request-context.js";
import type { FirmPolicy } from "../firms/security-policy.reader.js";
import type { Person } from "../people/person.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { TrustedDevice } from "./trusted-device.entity.js";

/** A trusted device's token. */
export const isTrustedDeviceToken = (text: string): boolean => /^gtd_[\w-]{43}$/.test(text);

/** Whether the request comes from a trusted device of this person that the policy still lets skip the code. */
export async function isTrustedDevice(
  manager: EntityManager,
  person: Person,
  context: RequestContext,
  trustedDeviceDays: number,
  now: number,
): Promise<boolean> {
  if (context.trustedDeviceTokens.length === 0 || trustedDeviceDays === 0) return false;
  // Locked, so that ending the trust waits for the sign-in, and then ends the session that it opens as well
  // (end-access.ts).
  const devices = await manager.find(TrustedDevice, {
    where: { tokenDigest: In(context.trustedDeviceTokens.map(digestOf)), ownerId: person.ownerId },
    ...forUpdate(manager),
  });
  // The policy may have become stricter since the device was trusted.
  return devices.some(({ createdAt, expiresAt }) => Math.min(expiresAt, createdAt + trustedDeviceDays * DAY_MS) > now);
}

/** Trusts the calling browser for as long as the policy allows. */
export async function trustDevice(
  unit: UnitOfWork,
  person: Person,
  context: RequestContext,
  { trustedDeviceDays, firmSlug }: Pick<FirmPolicy, "trustedDeviceDays" | "firmSlug">,
): Promise<void> {
  const days = Math.min(trustedDeviceDays, counts.trustedDeviceDaysMax);
  if (days <= 0) return;
  const token = newToken("gtd");
  await unit.manager.insert(TrustedDevice, {
    id: newId("trustedDevice", unit.now),
    ownerId: person.ownerId,
    tokenDigest: digestOf(token),
    userAgent: context.source.userAgent,
    createdAt: unit.now,
    expiresAt: unit.now + days * DAY_MS,
  });
  unit.afterCommit(() => context.setFirmCookie("device", firmSlug, { token, maxAgeMs: days * DAY_MS }));
}
