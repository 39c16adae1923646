import { DAY_MS } from "@gatehouse/shared";
import { TrustedDevice } from "../features/devices/trusted-device.entity.js";
import { SecurityPolicy } from "../features/security-mode/security-policy.entity.js";
import { newId } from "../platform/crypto/ids.js";
import { digestOf, newToken } from "../platform/crypto/tokens.js";
import type { World } from "./world.js";

/** A device that the account trusts, in a firm that allows it; returns its id. For tests in which nobody signs in there. */
export function insertTrustedDevice(world: World, firmId: string, ownerId: string): Promise<string> {
  return world.app.work.do(async (unit) => {
    const id = newId("trustedDevice", unit.now);
    await unit.manager.update(SecurityPolicy, { firmId }, { trustedDeviceDays: 14 });
    await unit.manager.insert(TrustedDevice, {
      id,
      ownerId,
      tokenDigest: digestOf(newToken("gtd")),
      userAgent: null,
      createdAt: unit.now,
      expiresAt: unit.now + 14 * DAY_MS,
    });
    return id;
  });
}
