import type { EntityManager } from "typeorm";
import { counts, lifetimes, type Audience } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import { rowsOf } from "../../platform/database/prepared-rows.js";
import { select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { digestOf, newToken } from "../../platform/crypto/tokens.js";
import { knownDeviceCookie, type RequestContext } from "../callers/request-context.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { KnownDevice } from "./known-device.entity.js";

const isToken = (token: string) => /^gkd_[\w-]{43}$/.test(token);
const tokenOf = (context: RequestContext, audience: Audience): string | null => {
  const token = context.knownDeviceTokens[audience];
  return token !== null && isToken(token) ? token : null;
};

const devices = table(KnownDevice);
const KNOWN = select({ id: devices.id, ownerId: devices.ownerId })
  .from`${devices} WHERE ${devices.tokenDigest} = ? AND ${devices.expiresAt} > ?`;

/**
 * Who has signed in with the calling browser. Only its cookie decides, whomever the request is about, so that the
 * timing reveals nothing. This only decides whose failures are counted separately; it proves nothing.
 */
export async function knownDevicesOf(
  manager: EntityManager,
  context: RequestContext,
  audience: Audience,
  now: number,
): Promise<RowOf<typeof KNOWN>[]> {
  const token = tokenOf(context, audience);
  if (token === null) return [];
  return rowsOf(manager, KNOWN, [digestOf(token), now]);
}

/** The devices with the oldest sign-ins; nested once more, since MySQL cannot read a table from which it deletes. */
const DELETE_SURPLUS = sql`
  DELETE FROM ${devices} WHERE ${devices.ownerId} = ? AND ${devices.id} NOT IN (
    SELECT id FROM (
      SELECT ${devices.id} AS id FROM ${devices} WHERE ${devices.ownerId} = ?
      ORDER BY ${devices.expiresAt} DESC, ${devices.id} DESC LIMIT ${counts.knownDevicesPerOwner}
    ) AS kept
  )`;
const RENEW_TOKEN = sql`UPDATE ${devices} SET ${devices.tokenDigest} = ? WHERE ${devices.tokenDigest} = ?`;
const RENEW = sql`UPDATE ${devices} SET ${devices.expiresAt} = ? WHERE ${devices.tokenDigest} = ? AND ${devices.ownerId} = ?`;
const INSERT = sql`
  INSERT INTO ${devices} (${devices.id}, ${devices.ownerId}, ${devices.tokenDigest}, ${devices.createdAt}, ${devices.expiresAt})
  VALUES (?, ?, ?, ?, ?)`;

/** The key by which a known device's password attempts are counted, separately from strangers'. */
export const devicePasswordAttemptsKey = ({ id }: Pick<KnownDevice, "id">): string => `password:known-device:${id}`;

/**
 * Recognizes the browser from now on by a new token, so that one that was planted or copied earlier becomes worthless.
 * Other people who have signed in with it stay known. Each device has separate attempts, so a person has a limited
 * number of devices: the oldest are forgotten.
 */
export async function rememberDevice(
  unit: UnitOfWork,
  { ownerId, audience }: { ownerId: string; audience: Audience },
  context: RequestContext,
): Promise<void> {
  const token = newToken("gkd");
  const expiresAt = unit.now + lifetimes.knownDevice;
  const before = tokenOf(context, audience);
  if (before !== null) await unit.affected(RENEW_TOKEN, [digestOf(token), digestOf(before)]);
  const renewed = await unit.affected(RENEW, [expiresAt, digestOf(token), ownerId]);
  if (renewed === 0) {
    await unit.affected(INSERT, [newId("knownDevice", unit.now), ownerId, digestOf(token), unit.now, expiresAt]);
    await unit.affected(DELETE_SURPLUS, [ownerId, ownerId]);
  }
  unit.afterCommit(() => context.setCookie(knownDeviceCookie(audience), { token, maxAgeMs: lifetimes.knownDevice }));
}
