import { Refusal } from "../../platform/graphql/failures.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { SecondFactorLocked } from "../two-factor/second-factor.service.js";
import type { SignInOutcome } from "./sign-in.results.js";
import type { AccountDoor, Entry } from "./account-door.js";

/** The new password is set, and the sign-in after it waits until the second factor's lock ends. */
export interface SignInWaits {
  waitMs: number;
}

/**
 * As AccountDoor.enter, for whoever has just set a new password in the same transaction. A lock of the second factor does not undo that:
 * whoever stole the old password could otherwise keep it working by entering wrong codes. Commit, then call `outcomeOf`.
 */
export async function enterOrWait(
  door: AccountDoor,
  unit: UnitOfWork,
  entry: Entry,
): Promise<SignInOutcome | SignInWaits> {
  try {
    return await door.enter(unit, entry);
  } catch (refused) {
    if (refused instanceof SecondFactorLocked) return { waitMs: refused.waitMs };
    throw refused;
  }
}

/** What the committed reset led to; throws ACCOUNT_LOCKED where the sign-in waits, in words that say that the password is set. */
export function outcomeOf(entered: SignInOutcome | SignInWaits): SignInOutcome {
  if (!("waitMs" in entered)) return entered;
  throw new Refusal("ACCOUNT_LOCKED", null, (say) => say.passwordSetCodesLocked(entered.waitMs));
}
