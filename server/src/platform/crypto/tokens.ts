import { createHash, randomBytes, randomInt, timingSafeEqual } from "node:crypto";

/** A bearer secret of 256 random bits. Its prefix tells people and secret scanners what it is. */
export const newToken = (prefix: string): string => `${prefix}_${randomBytes(32).toString("base64url")}`;

/**
 * SHA-256 in hex: how a token of 256 random bits is stored and looked up. A fast hash is enough at that entropy (OWASP
 * ASVS 6.5.2).
 */
export const digestOf = (token: string): string => createHash("sha256").update(token, "utf8").digest("hex");

/** Compares two secrets by their digests, so that the timing reveals nothing. */
export const isSameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());

/** A random decimal code for a mail, with leading zeros. */
export const newDecimalCode = (digits: number): string =>
  randomInt(10 ** digits)
    .toString()
    .padStart(digits, "0");
