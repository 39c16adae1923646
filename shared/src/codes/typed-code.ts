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

/**
 * What a field for a code of so many characters keeps of a text: everything before the first one that is too many, so that blanks and
 * dashes around and between them take no room.
 */
export function fitCode(text: string, length: number): string {
  let kept = "";
  let count = 0;
  for (const character of text) {
    count += foldCode(character) === "" ? 0 : 1;
    if (count > length) break;
    kept += character;
  }
  return kept;
}
