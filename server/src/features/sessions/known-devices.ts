import type { EntityManager } from "typeorm";
import { counts, lifetimes, type Audience } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { knownDeviceCookie, type RequestContext } from "../access/request-context.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { KnownDevice } from "./known-device.entity.js";

const isToken = (token: string) => /^gkd_[\w-]{43}$/.test(token);
const tokenOf = (context: RequestContext, audience: Audience): string | null => {
  const token = context.knownDeviceTokens[audience];
  return token !== null && isToken(token) ? token : null;
};

type Known = Pick<KnownDevice, "id" | "ownerId">;

/**
 * Who has signed in with the browser that asks: its cookie decides, whomever the request is about, so that the time tells nothing. Only
 * says whose failures are counted by themselves; it is no proof of anything.
 */
export async function knownDevicesOf(
  manager: EntityManager,
  context: RequestContext,
  audience: Audience,
  now: number,
): Promise<Known[]> {
  const token = tokenOf(context, audience);
  if (token === null) return [];
  return rowsOf<Known>(manager, "SELECT id, ownerId FROM known_devices WHERE tokenDigest = ? AND expiresAt > ?", [
    digestOf(token),
    now,
  ]);
}

/** Those that were signed in with longest ago; nested once more, as MySQL reads no table that it deletes from. */
const DELETE_SURPLUS = `
  DELETE FROM known_devices WHERE ownerId = ? AND id NOT IN (
    SELECT id FROM (
      SELECT id FROM known_devices WHERE ownerId = ? ORDER BY expiresAt DESC, id DESC LIMIT ${counts.knownDevicesPerOwner}
    ) AS kept
  )`;

/** What a known device's password tries are counted by: a stranger's never are. */
export const passwordTriesOn = ({ id }: Pick<KnownDevice, "id">): string => `password:known-device:${id}`;

/**
 * Knows the browser from now on, by a new token: one that was planted or copied before is worth nothing afterwards. Others who signed in with
 * it go on being known. Each has tries of its own, so a person has only so many: the oldest are forgotten.
 */
export async function rememberDevice(
  unit: UnitOfWork,
  { ownerId, audience }: { ownerId: string; audience: Audience },
  context: RequestContext,
): Promise<void> {
  const token = newToken("gkd");
  const expiresAt = unit.now + lifetimes.knownDevice;
  const before = tokenOf(context, audience);
  if (before !== null)
    await unit.affected("UPDATE known_devices SET tokenDigest = ? WHERE tokenDigest = ?", [
      digestOf(token),
      digestOf(before),
    ]);
  const renewed = await unit.affected("UPDATE known_devices SET expiresAt = ? WHERE tokenDigest = ? AND ownerId = ?", [
    expiresAt,
    digestOf(token),
    ownerId,
  ]);
  if (renewed === 0) {
    await unit.affected(
      "INSERT INTO known_devices (id, ownerId, tokenDigest, createdAt, expiresAt) VALUES (?, ?, ?, ?, ?)",
      [newId("knownDevice", unit.now), ownerId, digestOf(token), unit.now, expiresAt],
    );
    await unit.affected(DELETE_SURPLUS, [ownerId, ownerId]);
  }
  unit.afterCommit(() => context.setCookie(knownDeviceCookie(audience), { token, maxAgeMs: lifetimes.knownDevice }));
}
