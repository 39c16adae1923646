import { lengths } from "../limits/limits.js";

/**
 * Characters that no typed text may contain: control characters (C0, DEL, C1), half a surrogate pair, what is no character or only stands
 * for an object, and controls that reorder the text
 * around them (UAX #9: embeddings, overrides and isolates), with which a mail, a log or a list would read differently.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\uFFFC\u202A-\u202E\u2066-\u2069]/u;
/** Line breaks that are not control characters. */
const SEPARATORS = /[\u2028\u2029]/;

/**
 * Invisible characters: with them, two different names can look the same, and text can be hidden in a name (Unicode UTS #39, UAX #31;
 * RFC 8264 refuses the same in its classes for names). Ignorable characters (soft hyphen, zero-width ones, fillers, selectors, tags),
 * annotation marks, and Braille's empty cell.
 */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB\u2800]/u;
/** Scripts in which a joiner joins or separates letters within a word, as in Persian, Sinhala or Malayalam (UAX #31, RFC 5892 A.1 and A.2). */
const JOINING =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Nko}\\p{Script=Devanagari}\\p{Script=Bengali}" +
  "\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}" +
  "\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}]";
const VIRAMA = "[\\u094D\\u09CD\\u0A4D\\u0ACD\\u0B4D\\u0BCD\\u0C4D\\u0CCD\\u0D4D\\u0DCA]";
const EMOJI = "\\p{Extended_Pictographic}(?:[\\uFE0E\\uFE0F]|\\p{Emoji_Modifier})?";
/** Invisible characters where they are legitimate: each changes how its neighbor is drawn. */
// oxlint-disable-next-line security/detect-non-literal-regexp -- built from this file's own constants.
const MEANT = new RegExp(
  [
    `(?<=(?!\\p{Cf})${JOINING}\\p{Mn}*)[\\u200C\\u200D](?!\\p{Cf})(?=${JOINING})`,
    `(?<=${VIRAMA})[\\u200C\\u200D]`,
    `${EMOJI}(?:\\u200D${EMOJI})*`,
    "[0-9#*]\\uFE0F\\u20E3",
    // Only the flags of England, Scotland and Wales: otherwise any text could be hidden in a flag.
    "(?<=\\u{1F3F4})\\u{E0067}\\u{E0062}(?:\\u{E0065}\\u{E006E}\\u{E0067}|\\u{E0073}\\u{E0063}\\u{E0074}|\\u{E0077}\\u{E006C}\\u{E0073})\\u{E007F}",
    // Variants of a Han character in a name, and forms of Mongolian letters.
    "(?<=\\p{Script=Han})[\\uFE00-\\uFE02\\u{E0100}-\\u{E01EF}]",
    "(?<=(?=\\p{L})\\p{Script=Mongolian})[\\u180B-\\u180F]",
  ].join("|"),
  "gu",
);
const RIGHT_TO_LEFT =
  /(?=\p{L})[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
/**
 * Marks that names in Hebrew and Arabic need next to blanks, digits and punctuation. Two in a row mean no more than one, and between two
 * letters a mark means nothing.
 */
const DIRECTION_MARK =
  /(?<![\u200E\u200F\u061C\p{L}\p{M}])[\u200E\u200F\u061C](?![\u200E\u200F\u061C])|(?<![\u200E\u200F\u061C])[\u200E\u200F\u061C](?![\u200E\u200F\u061C\p{L}\p{M}])/gu;

const holdsHidden = (text: string): boolean => {
  if (!HIDDEN.test(text)) return false;
  const rest = text.replaceAll(MEANT, "-");
  return HIDDEN.test(RIGHT_TO_LEFT.test(text) ? rest.replaceAll(DIRECTION_MARK, "") : rest);
};

/** What draws nothing: blanks, ignorable characters (fillers, joiners, selectors, tags), formats, and Braille's empty cell. */
const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}\u2800]/gu;

/** Whether a text fits on one line, as a name or a title must, and all of it is visible. */
export const isPlainLine = (text: string): boolean =>
  !UNPRINTABLE.test(text) && !SEPARATORS.test(text) && !holdsHidden(text);
/** Whether a text of several lines is plain. It identifies nobody, so a soft hyphen that was pasted along may stay. */
export const isPlainText = (text: string): boolean => !UNPRINTABLE.test(text.replaceAll(/[\n\r\t\u2028\u2029]/g, " "));
/** The text without what draws nothing. */
export const visiblePart = (text: string): string => text.replaceAll(UNSEEN, "");
/** The text without what draws nothing before and after it: blanks, and the marks that messengers and word processors add. */
export function trimUnseen(text: string): string {
  const isUnseen = (unit: string | undefined) => unit !== undefined && visiblePart(unit) === "";
  let [from, to] = [0, text.length];
  while (from < to && isUnseen(text[from])) from++;
  while (to > from && isUnseen(text[to - 1])) to--;
  return text.slice(from, to);
}
/** Whether any of the text is visible: more than marks, which need a letter to stand on. */
export const isVisible = (text: string): boolean => /\P{M}/u.test(visiblePart(text));

/**
 * The form in which a name, a title or an integrator's id is stored and compared: trimmed and composed (NFC). Macs and phones write an
 * accent as a character of its own, other programs do not.
 */
export const normalizeLine = (text: string): string => text.trim().normalize("NFC");

/** The stored form of a person's or firm's name. Null if it is too long, not one line, or invisible. */
export function normalizeName(text: string): string | null {
  const name = normalizeLine(text);
  return isVisible(name) && [...name].length <= lengths.name && isPlainLine(name) ? name : null;
}

/** The refusal for a text of several lines because of its content. */
export const textIsPlain = "Write some visible text, without control characters or marks that reverse its direction.";
