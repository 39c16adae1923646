import { randomBytes } from "node:crypto";
import { foldCode } from "@gatehouse/shared";

/** Crockford's alphabet: without I, L, O and U, which are easily mistaken for something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 24;
/** A code's number in the printed list. */
const LIST_NUMBER = /^\s*\d{1,2}\s*[.):]/;
/** Longer than a code is with any blanks and marks; a longer text is not read. */
const MOST_READ = 1000;

/**
 * 120 random bits in six groups of four (NIST 800-63B 4.2.1.1 requires 64; from 112 on a fast keyed hash is allowed,
 * ASVS 6.5.2).
 */
export function newRecoveryCode(): string {
  const characters = Array.from(randomBytes(CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return (characters.match(/.{4}/g) ?? []).join("-");
}

/**
 * The canonical form of a code: folded (`foldCode`), upper case, O read as 0 and I or L as 1, without its number in the
 * list. Null if the text cannot be one.
 */
export function readRecoveryCode(text: string): string | null {
  if (text.length > MOST_READ) return null;
  // Full-width letters become plain ones.
  const plain = text.normalize("NFKC").replace(LIST_NUMBER, "");
  const code = foldCode(plain).toUpperCase().replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  return code.length === CHARACTERS && [...code].every((character) => ALPHABET.includes(character)) ? code : null;
}
