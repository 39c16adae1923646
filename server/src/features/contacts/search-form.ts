import { foldDigits } from "@gatehouse/shared";

/** Apostrophes of every kind, and what is typed for one: grave and acute accents, primes, geresh, saltillo, modifier letters. */
const APOSTROPHE =
  /['`´‘’‛′‵\u02B9\u02BB-\u02BF\u02C8\u02CA\u02CB\u0384\u055A\u05F3\u1FBD\u1FBF\u1FEF\u1FFD\u1FFE\uA78B\uA78C\uFF07\uFF40]/gu;
/** A joiner that Persian writes within a word; people type a blank for it, or nothing. */
const NON_JOINER = /\u200C/gu;
const DASH = /\p{Dash}/gu;
/**
 * Accents, points and vowel signs that people leave out. The vowel signs of Indic and Thai scripts, and the voicing marks of kana, make
 * other words.
 */
const MARK =
  /(?![\u3099\u309A])(?=\p{M})[\p{sc=Zinh}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}]|[\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0CBC]/gu;
/** What draws nothing, and the stroke that only lengthens an Arabic word. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u0640]/gu;

/**
 * Letters that Unicode does not decompose, each with what people type for it: those of alphabets in use from CLDR's transform
 * Latin-ASCII, ə, ɔ, ɣ, ɩ and ʊ (Azerbaijani, Ewe, Lingala), and the final sigma.
 */
const LETTERS = new Map(
  [
    "æ ae, œ oe, ø o, ß ss, þ th, ð d, đ d, ħ h, ı i, ĸ q, ł l, ŋ n, ŧ t, ə e, ǝ e, ɔ o, ɣ g, ɩ i, ʊ u, ς σ",
    "ⱥ a, ƀ b, ɓ b, ƃ b, ƈ c, ȼ c, ɖ d, ɗ d, ƌ d, ɇ e, ɛ e, ƒ f, ǥ g, ɠ g, ɨ i, ȷ j, ɉ j, ƙ k, ƚ l, ɲ n, ƞ n",
    "ƥ p, ɍ r, ƭ t, ʈ t, ⱦ t, ʉ u, ʋ v, ƴ y, ɏ y, ƶ z, ȥ z",
  ]
    .join(", ")
    .split(", ")
    .map((pair): [string, string] => [pair.split(" ")[0] ?? "", pair.split(" ")[1] ?? ""]),
);

const IS_ASCII = /^\p{ASCII}*$/u;

/**
 * Text as searches and lists compare it: base letters in lower case, ASCII digits, and one apostrophe and one hyphen for all kinds.
 * "Zoë Łuczak‑O’Connor" becomes "zoe luczak-o'connor".
 */
function baseForm(text: string): string {
  if (IS_ASCII.test(text)) return text.toLowerCase().replaceAll("`", "'");
  // An acute accent that stands alone would decompose into a blank and a mark.
  const composed = text.replaceAll(APOSTROPHE, "'").replaceAll(NON_JOINER, "'").normalize("NFKD");
  const base = composed.replaceAll(APOSTROPHE, "'").replaceAll(DASH, "-").replaceAll(UNSEEN, "").replaceAll(MARK, "");
  const folded = base.toLowerCase().replaceAll(/\P{ASCII}/gu, (letter) => LETTERS.get(letter) ?? letter);
  return IS_ASCII.test(folded) ? folded : foldDigits(folded);
}

const WORD_LENGTH = 60;
const KEY_LENGTH = 200;
/** The first characters, without splitting one. */
const startOf = (text: string, length: number): string =>
  text.length <= length ? text : [...text].slice(0, length).join("");

/** What stands between words without a blank. Any other character that is no letter, such as "%", "_" and "+", is meant as it is. */
const SEPARATORS = /[-"&(),/:;!?|\u00B7\u0589\u05BE\u05F4\u060C\u061B\u061F\u0964\u30FB\p{Ps}\p{Pe}\p{Pi}\p{Pf}]+/gu;
const AROUND = /^[^\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+$/gu;
const IS_ADDRESS = /[\p{L}\p{N}\p{M}]@[\p{L}\p{N}\p{M}]/u;
/** Where a word begins: at a letter or digit after something else, and at a picture. */
const BEGINNINGS = /(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}\p{M}]|\p{So}/gu;
const INITIALS = /^(?:\p{L}\.)+\p{L}?$/u;

/** A part of a text as one word: "O'Connor" is "oconnor", "J.R.R." is "jrr", "Smith-Jones" is "smithjones". An address stays as it is. */
function wordOf(part: string): string {
  const letters = part.replaceAll("'", "");
  if (IS_ADDRESS.test(letters)) return startOf(letters.replaceAll(AROUND, ""), WORD_LENGTH);
  const joined = letters.replaceAll(SEPARATORS, "");
  const word = INITIALS.test(joined) ? joined.replaceAll(".", "") : joined.replaceAll(/^[.@]+|\.+$/g, "");
  return startOf(word, WORD_LENGTH);
}

/** A word is found by each of its beginnings, so one that another word begins with adds nothing. */
function withoutBeginnings(words: readonly string[]): string[] {
  const sorted = [...new Set(words)].filter(Boolean).toSorted();
  return sorted.filter((word, at) => !sorted[at + 1]?.startsWith(word));
}

const partsOf = (text: string): string[] => baseForm(text).split(/\s+/u).filter(Boolean);

/**
 * The words by which a stored text is found: from each place where a word begins to the next blank. "Smith-Jones" is found from "smithjones"
 * and from "jones", "ann@mail.client.example" from itself, "mail.client.example", "client.example" and "example".
 */
export function storedWords(text: string): string[] {
  return withoutBeginnings(
    partsOf(text).flatMap((part) => {
      // Most are, and need no further look.
      if (/^[a-z0-9]+$/.test(part)) return startOf(part, WORD_LENGTH);
      const beginnings = [0, ...Array.from(part.matchAll(BEGINNINGS), ({ index }) => index)];
      const words = beginnings.map((at) => wordOf(part.slice(at))).filter(Boolean);
      return words.length > 0 ? words : startOf(part, WORD_LENGTH);
    }),
  );
}

/**
 * The beginnings of words that somebody searches for, in the form of the stored ones. A hyphen separates, so that "Smith-Jones" finds
 * "Smith Jones" too; an address stays whole. Punctuation counts only where there is nothing else.
 */
export function typedWords(text: string): string[] {
  const parts = partsOf(text);
  const words = parts.flatMap((part) => (IS_ADDRESS.test(part) ? [part] : part.split(SEPARATORS)).map(wordOf));
  return withoutBeginnings(words.some(Boolean) ? words : parts.map((part) => startOf(part, WORD_LENGTH)));
}

/**
 * The key by which names are sorted, compared byte by byte on every database: "Œuvre" is beside "Oeuvre", "Łuczak" beside "Luczak",
 * "O’Connor" beside "OConnor", "Smith-Jones" beside "Smith Jones".
 */
export function sortKeyOf(name: string): string {
  const base = baseForm(name);
  const key =
    base
      .replaceAll("'", "")
      .replaceAll(/[\s-]+/gu, " ")
      .trim() || base.trim();
  return startOf(key, KEY_LENGTH).trimEnd();
}
