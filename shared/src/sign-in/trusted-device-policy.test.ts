import { describe, expect, it } from "@jest/globals";
import { DAY_MS } from "../durations/durations.js";
import { isTrustedNow, trustedUntil } from "./trusted-device-policy.js";

describe("X70 a device that was trusted for fourteen days", () => {
  const device = { createdAt: 100 * DAY_MS, expiresAt: 114 * DAY_MS };
  it.each([
    [14, 100, true, 114],
    [14, 113, true, 114],
    [14, 114, false, 114],
    // More days than it was trusted for give it none.
    [30, 113, true, 114],
    [30, 114, false, 114],
    // Fewer days cut it at once.
    [7, 106, true, 107],
    [7, 107, false, 107],
    [1, 100, true, 101],
    [1, 101, false, 101],
    [0, 100, false, null],
    // A server whose clock is behind has no other rule.
    [0, 99, false, null],
  ])("where the firm allows %d days, on day %d: %s, until %s", (trustedDeviceDays, today, skips, until) => {
    const policy = { trustedDeviceDays };
    expect([isTrustedNow(device, policy, today * DAY_MS), trustedUntil(device, policy)]).toEqual([
      skips,
      until === null ? null : until * DAY_MS,
    ]);
  });
});
