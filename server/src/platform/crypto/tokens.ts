import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** A bearer secret of 256 bits from the system's generator, with a prefix that tells people and scanners what it is. */
export const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString("base64url")}`;

/** SHA-256 in hex: how a token of 256 random bits is stored and found (OWASP ASVS 6.5.2; a fast hash is enough for them). */
export const digestOf = (token: string): string => createHash("sha256").update(token, "utf8").digest("hex");

/** Compares two secrets by their digests, in a time that tells nothing. */
export const isSameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());

/** A decimal code for a mail, leading zeros included. */
export const newDecimalCode = (digits: number): string =>
  randomInt(10 ** digits)
    .toString()
    .padStart(digits, "0");
