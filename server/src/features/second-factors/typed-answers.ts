import { countDigits, readDigitCode, type RefusalWords, type SecondFactorKind } from "@gatehouse/shared";
import { Refusal } from "../../platform/graphql/failures.js";
import { secondFactorMethods } from "./second-factor-methods.js";

/**
 * Refuses a text that has the form of none of these kinds (an empty field, a code that was cut) before it costs an
 * attempt: nobody guesses with it, and five presses of Enter must not lock an account. Throws INVALID_CODE.
 */
export function mustLookLikeProof(
  answer: string,
  accepts: readonly SecondFactorKind[],
  field: string = accepts.includes("PASSKEY") ? "response" : "code",
): void {
  if (accepts.some((kind) => secondFactorMethods[kind].couldBe(answer))) return;
  throw new Refusal("INVALID_CODE", ["input", field], (say) => formOf(accepts, countDigits(answer), say));
}

/** The same for a mailed code; throws EMAIL_CODE_REQUIRED. */
export function mustLookLikeMailedCode(code: string): void {
  if (readDigitCode(code) === null)
    throw new Refusal("EMAIL_CODE_REQUIRED", ["input", "emailCode"], (say) => say.sixDigits(countDigits(code)));
}

function formOf(accepts: readonly SecondFactorKind[], digits: number, say: RefusalWords): string {
  if (!accepts.includes("RECOVERY_CODE"))
    return accepts.includes("AUTHENTICATOR") ? say.sixDigits(digits) : say.codes.INVALID_CODE;
  if (!accepts.includes("AUTHENTICATOR")) return say.recoveryCodeForm;
  return digits === 0 ? say.codeOrRecoveryCode : say.sixDigits(digits);
}
