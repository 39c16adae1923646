import { randomBytes } from "node:crypto";

/** Crockford's alphabet: no I, L, O, U to mistake for something else. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const CHARACTERS = 24;

/** 120 random bits in six groups of four (NIST 800-63B 4.2.1.1 asks 64; 112 and more allow a fast keyed hash, ASVS 6.5.2). */
export function newRecoveryCode(): string {
  const characters = Array.from(randomBytes(CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join("");
  return (characters.match(/.{4}/g) ?? []).join("-");
}

/** The one form of a code: without dashes and spaces, upper case, O read as 0 and I or L as 1. Null when it cannot be one. */
export function readRecoveryCode(text: string): string | null {
  const code = text
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[\s\-–—]/g, "")
    .replaceAll("O", "0")
    .replaceAll(/[IL]/g, "1");
  return code.length === CHARACTERS && [...code].every((character) => ALPHABET.includes(character)) ? code : null;
}
