import { isAheadOf, lifetimes } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import type { Caller, FirmCaller, PersonCaller } from "../callers/caller.js";

/**
 * Dangerous acts need a sign-in or stepUp within the last 10 minutes (OWASP ASVS 7.5.1, 7.5.3). A key proves itself
 * with every request and has the scope for the act, so this concerns people only. A proof dated in the future, by a
 * clock that was ahead, counts for nothing.
 */
export const isFresh = (caller: Caller, now: number): boolean =>
  caller.kind === "API_KEY" ||
  (caller.kind !== "ANONYMOUS" &&
    caller.authenticatedAt + lifetimes.stepUp >= now &&
    !isAheadOf(now, caller.authenticatedAt));

/**
 * For use cases that need a fresh proof only sometimes (shared/sign-in `dangerousActs`), and as a second check for
 * those whose field requires one.
 */
export function mustBeFresh(caller: FirmCaller | PersonCaller, now: number): void {
  if (!isFresh(caller, now)) throw new Refusal("STEP_UP_REQUIRED");
}
