import { Refusal } from "../../platform/graphql/failures.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import { SecondFactorLocked } from "../two-factor/second-factor.service.js";
import type { SignInOutcome } from "./sign-in.results.js";
import type { AccountDoor, Entry } from "./account-door.js";

/** The new password is set, but the sign-in must wait until the second factor's lock ends. */
export interface SignInWaits {
  waitMs: number;
}

/**
 * Like AccountDoor.enter, for somebody who has just set a new password in the same transaction. A lock of the second
 * factor does not undo that: otherwise a thief could keep the stolen password working by entering wrong codes. Commit,
 * then call `outcomeOf`.
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

/**
 * What the committed reset led to. If the sign-in must wait, throws an ACCOUNT_LOCKED that says that the password is
 * set.
 */
export function outcomeOf(entered: SignInOutcome | SignInWaits): SignInOutcome {
  if (!("waitMs" in entered)) return entered;
  throw new Refusal("ACCOUNT_LOCKED", null, (say) => say.passwordSetCodesLocked(entered.waitMs));
}
