import type { RefusalSentence } from "../failures/refusals.en.js";
import { lengths } from "../limits/limits.js";

export interface PasswordContext {
  email: string;
  firmName: string;
}

const PRODUCT_NAME = "gatehouse";
const codePoints = (text: string) => [...text].length;
const words = (text: string) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => codePoints(word) >= 3);

/** What is left of a password once the given words are taken out. */
const without = (password: string, taken: string[]) =>
  taken
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, word) => rest.replaceAll(word, ""), password.toLowerCase());

/**
 * Checks a new password and returns the sentence for the first rule that it breaks; null if it breaks none. NIST 800-63B-4 3.1.1.2,
 * OWASP ASVS 6.2.1, 6.2.9, 6.2.11: length in code points and no composition rules. The server supplies the list of common passwords
 * (`isCommon`).
 */
export function passwordFault(
  password: string,
  context: PasswordContext,
  isCommon: (password: string) => boolean,
): RefusalSentence | null {
  if (/\p{Cs}/u.test(password)) return (say) => say.passwordNotWhole;
  const length = codePoints(password);
  if (length < lengths.passwordMin) return (say) => say.passwordTooShort(lengths.passwordMin, length);
  if (length > lengths.passwordMax) return (say) => say.passwordTooLong(lengths.passwordMax, length);
  if (isCommon(password.toLowerCase())) return (say) => say.passwordCommon;
  if (new Set(password.toLowerCase()).size < 5) return (say) => say.passwordFewCharacters;
  if (isSequence(password)) return (say) => say.passwordSequence;
  if (isRepetition(password)) return (say) => say.passwordRepetition;
  const names = [
    PRODUCT_NAME,
    ...words(context.firmName),
    ...words(context.email),
    context.email.toLowerCase(),
    context.email.split("@")[0] ?? "",
  ];
  if (codePoints(without(password, names.filter(Boolean)).replaceAll(/[^\p{L}]+/gu, "")) < 4 && /\p{L}/u.test(password))
    return (say) => say.passwordOfNames;
  return null;
}

/** "abcabcabcabcabc": one part repeated over and over. */
function isRepetition(password: string): boolean {
  const doubled = (password + password).slice(1, -1);
  return doubled.includes(password);
}

/** "123456789012345", "abcdefghijklmnop", "zyxw…": each character follows the one before. */
function isSequence(password: string): boolean {
  const points = [...password.toLowerCase()].map((character) => character.codePointAt(0) ?? 0);
  return [1, -1].some((step) =>
    points.every(
      (point, index) =>
        index === 0 || point - (points[index - 1] ?? 0) === step || Math.abs(point - (points[index - 1] ?? 0)) === 9,
    ),
  );
}
