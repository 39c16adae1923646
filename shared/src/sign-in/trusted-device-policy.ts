import { DAY_MS } from "../durations/durations.js";

/** When a device was trusted, and until when it was to be. */
export interface TrustFacts {
  createdAt: number;
  expiresAt: number;
}

/**
 * Until when a trusted device may skip the code: the firm may have allowed fewer days since. Null: the firm allows none.
 */
export const trustedUntil = (
  { createdAt, expiresAt }: TrustFacts,
  { trustedDeviceDays }: { trustedDeviceDays: number },
): number | null => (trustedDeviceDays > 0 ? Math.min(expiresAt, createdAt + trustedDeviceDays * DAY_MS) : null);

/** Whether a device may skip the code now. */
export const isTrustedNow = (device: TrustFacts, policy: { trustedDeviceDays: number }, now: number): boolean =>
  (trustedUntil(device, policy) ?? now) > now;
