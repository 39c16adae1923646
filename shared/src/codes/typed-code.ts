import { visiblePart } from "../names/name.js";

/** Dashes of every kind, and the prolonged sound mark: what a Japanese keyboard writes for the hyphen's key. */
const DASHES = /[\p{Dash}\u30FC\uFF70]/gu;
const DIGIT = /\p{Nd}/u;
const DIGITS = /\p{Nd}/gu;

const known = new Map<string, string>();
/**
 * The value of a decimal digit of any script. Unicode assigns digits in runs from zero to nine, without gaps (Standard 4.6), so that a
 * new script needs no table here.
 */
function valueOf(digit: string): string {
  const kept = known.get(digit);
  if (kept !== undefined) return kept;
  const point = digit.codePointAt(0) ?? 0;
  let zero = point;
  while (DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  const value = ((point - zero) % 10).toString();
  known.set(digit, value);
  return value;
}

/** Text with the decimal digits of every script as 0 to 9. */
export const foldDigits = (text: string): string => text.replaceAll(DIGITS, valueOf);

/**
 * A code as it was given out, from what people type, paste and dictate: decimal digits of every script become 0 to 9; blanks, dashes and
 * whatever draws nothing (direction marks, joiners, a byte order mark) are left out. Letters stay as they are.
 */
export const foldCode = (text: string): string => foldDigits(visiblePart(text).replaceAll(DASHES, ""));

/** What authenticator apps show (RFC 4226 5.3 asks for at least six digits) and what mailed codes have. */
export const CODE_DIGITS = 6;
/** A longer text is not read. */
const MOST_READ = 1000;

/**
 * The one code of six digits in a text, which may be a whole pasted sentence ("Your code is 123 456."). Null if there is none, or more
 * than one: such a text is no attempt at a code, so that it must not cost one.
 */
export function readDigitCode(text: string): string | null {
  if (text.length > MOST_READ) return null;
  const runs = [""];
  for (const character of text) {
    const folded = foldCode(character);
    if (/^[0-9]?$/.test(folded)) runs[runs.length - 1] += folded;
    else runs.push("");
  }
  // A code that was pasted twice is still one.
  const codes = new Set(runs.flatMap((run) => /^([0-9]{6})\1*$/.exec(run)?.[1] ?? []));
  const [code] = codes;
  return codes.size === 1 ? (code ?? null) : null;
}

/** How many digits a text has that is made of digits, blanks and dashes; 0 for another text. */
export function countDigits(text: string): number {
  const folded = text.length > MOST_READ ? "" : foldCode(text);
  return /^[0-9]*$/.test(folded) ? folded.length : 0;
}
