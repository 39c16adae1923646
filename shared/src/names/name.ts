import { lengths } from "../limits/limits.js";

/**
 * What no text of a person's may hold: control characters (C0, DEL, C1), half a surrogate pair, and what turns the text around it
 * (UAX #9: embeddings, overrides and isolates), so that a mail, a log or a list reads as something else. The marks U+200E, U+200F and
 * U+061C are taken, as names in Hebrew and Arabic need them beside Latin letters, and so are joiners (U+200C, U+200D).
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u202A-\u202E\u2066-\u2069]/u;
/** Line breaks that are no control characters. */
const SEPARATORS = /[\u2028\u2029]/;
/** What leaves no mark: blanks, ignorable characters (fillers, joiners, selectors, tags), formats, and Braille's empty cell. */
const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\u2800]/gu;

/** Whether a text can stand in one line, as a name or a title does. */
export const isPlainLine = (text: string): boolean => !UNPRINTABLE.test(text) && !SEPARATORS.test(text);
/** The same of a text of several lines. */
export const isPlainText = (text: string): boolean => isPlainLine(text.replaceAll(/[\n\r\t\u2028\u2029]/g, " "));
/** Whether there is anything in it that people can see. */
export const isVisible = (text: string): boolean => text.replaceAll(UNSEEN, "") !== "";

/** A person's or firm's name as it is stored: trimmed and composed (NFC). Null where it is too long, not one line, or nothing is seen of it. */
export function normalizeName(text: string): string | null {
  const name = text.trim().normalize("NFC");
  return isVisible(name) && [...name].length <= lengths.name && isPlainLine(name) ? name : null;
}

/** Said where a text of several lines is refused for what it holds. */
export const textIsPlain =
  "Leave out control characters and marks that turn text around, and write something that can be seen.";
