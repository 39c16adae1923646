import { readyKinds } from "../second-factors/second-factor-methods.js";
import { isLocked, lockedRefusal } from "../two-factor/second-factor.service.js";
import type { TwoFactorState } from "../two-factor/two-factor.entity.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { NewChallenge, SignInChallenges } from "./sign-in-challenges.js";
import { TwoFactorRequired } from "./sign-in.results.js";

/**
 * Makes the sign-in wait for a second factor, whichever door it came by. Throws ACCOUNT_LOCKED while none is accepted.
 * `trustedDeviceDays`: for how long this device may be trusted; 0: not offered.
 */
export async function askSecondFactor(
  unit: UnitOfWork,
  challenges: SignInChallenges,
  given: Omit<NewChallenge, "step">,
  factor: TwoFactorState,
  trustedDeviceDays: number,
): Promise<TwoFactorRequired> {
  if (isLocked(factor, unit.now)) throw lockedRefusal(factor.lockedUntil ?? 0, unit.now);
  const { challenge, token } = await challenges.create(unit, { ...given, step: "SECOND_FACTOR" });
  const methods = await readyKinds(unit.manager, factor);
  return new TwoFactorRequired({
    challengeToken: token,
    expiresAt: challenge.expiresAt,
    trustedDeviceDays: trustedDeviceDays > 0 ? trustedDeviceDays : null,
    hasPasskey: methods.includes("PASSKEY"),
    methods,
  });
}
