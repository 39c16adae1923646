import { randomBytes, timingSafeEqual } from "node:crypto";
import speakeasy from "speakeasy";
import { CLOCK_MARGIN_MS } from "@gatehouse/shared";

/**
 * Time-based one-time passwords (RFC 6238: SHA-1, 6 digits, 30 s). Only this file uses speakeasy, which is
 * unmaintained, and only its HOTP function: its secret generator is biased, and its QR helpers send the secret to a
 * third party.
 */
const SECRET_BYTES = 20;
const PERIOD_MS = 30_000;
const DIGITS = 6;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Steps on either side of the current one that are accepted (RFC 6238 5.2: one for the transmission delay). */
const WINDOW = 1;
/** Steps on either side that are still reported as clock drift; their codes are never accepted. */
const DRIFT_WINDOW = 10;

/** 160 random bits in base32 (RFC 4226 4, R6). */
export function newTotpSecret(): string {
  let bits = "";
  for (const byte of randomBytes(SECRET_BYTES)) bits += byte.toString(2).padStart(8, "0");
  return (bits.match(/.{5}/g) ?? []).map((group) => BASE32[Number.parseInt(group, 2)]).join("");
}

export const isTotpCode = (text: string): boolean => /^[0-9]{6}$/.test(text);

const codeAt = (secret: string, counter: number): string =>
  speakeasy.hotp({ secret, encoding: "base32", counter, digits: DIGITS, algorithm: "sha1" });
const isSame = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export const stepAt = (now: number): number => Math.floor(now / PERIOD_MS);

/**
 * The last step that can have been used so far. A later one was recorded by a clock that was ahead, and must not block
 * later codes.
 */
export const lastPlausibleStep = (now: number): number => stepAt(now + CLOCK_MARGIN_MS) + WINDOW;

/**
 * The time step to which the code belongs, within one of the current step; null if there is none. The caller must still
 * refuse a step that was used before.
 */
export function matchingStep(secret: string, code: string, now: number): number | null {
  return findStep(secret, code, now, WINDOW);
}

/**
 * By how many seconds the clock that made the code is off (positive: fast), if it matches within five minutes; null
 * otherwise.
 */
export function clockDriftSeconds(secret: string, code: string, now: number): number | null {
  const step = findStep(secret, code, now, DRIFT_WINDOW);
  return step === null ? null : ((step - stepAt(now)) * PERIOD_MS) / 1000;
}

function findStep(secret: string, code: string, now: number, window: number): number | null {
  if (!isTotpCode(code)) return null;
  const current = stepAt(now);
  let found: number | null = null;
  // Tries every step, so that the timing does not reveal which one matched.
  for (let step = current - window; step <= current + window; step++) {
    if (step >= 0 && isSame(codeAt(secret, step), code)) found ??= step;
  }
  return found;
}

/**
 * The bytes that an issuer, which the URI has twice, and an account may take when percent-encoded: nine for a Chinese
 * character, twelve for an emoji. With them the QR code has 93 modules at most (version 19 with correction M: 624
 * bytes), which a phone still reads off a screen. Apps show about forty characters.
 */
const LONGEST_ISSUER = 180;
const LONGEST_ACCOUNT = 150;
const ELLIPSIS = "…";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const encodedLength = (text: string): number => encodeURIComponent(text).length;

/** The text's beginning that takes so many encoded bytes at most, cut between what people take for characters. */
function shortened(text: string, longest: number): string {
  if (encodedLength(text) <= longest) return text;
  const beginning = (characters: Iterable<string>): string => {
    let kept = "";
    let left = longest - encodedLength(ELLIPSIS);
    for (const character of characters) {
      left -= encodedLength(character);
      if (left < 0) break;
      kept += character;
    }
    return kept.trim();
  };
  // A letter under a hundred accents is cut as well.
  const kept = beginning(Array.from(graphemes.segment(text), ({ segment }) => segment)) || beginning(text);
  return `${kept}${ELLIPSIS}`;
}

/** A colon separates issuer and account in the label, even if it is encoded, so that neither may contain one. */
const inLabel = (text: string, longest: number) =>
  encodeURIComponent(shortened(text.replaceAll(/\s*:\s*/g, " ").trim(), longest));

/**
 * The Key URI that authenticator apps read. Label and issuer are percent-encoded, so that no name can add a parameter,
 * and shortened to what a QR code holds.
 */
export function otpauthUri(of: { secret: string; issuer: string; account: string }): string {
  const issuer = inLabel(of.issuer, LONGEST_ISSUER);
  const account = inLabel(of.account, LONGEST_ACCOUNT);
  // A name of colons only leaves nothing.
  const [prefix, parameter] = issuer === "" ? ["", ""] : [`${issuer}:`, `&issuer=${issuer}`];
  return `otpauth://totp/${prefix}${account}?secret=${of.secret}${parameter}&algorithm=SHA1&digits=${DIGITS}&period=${PERIOD_MS / 1000}`;
}
