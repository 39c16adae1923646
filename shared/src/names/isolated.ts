/** Letters that are written from right to left (the blocks that UAX #9 reserves for them), and characters that direct the text. */
const REORDERS =
  // oxlint-disable-next-line security/detect-unsafe-regex -- one character.
  /[\u0590-\u08FF\u200E\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
/** Embeddings, overrides and isolates: names no longer contain them, but old ones may. */
const DIRECTIONS = /[\u202A-\u202E\u2066-\u2069]/g;

/**
 * A text for the middle of a sentence: what is written from right to left reorders nothing around it, as within HTML's `<bdi>` (UAX #9:
 * first strong isolate). Any other text stays as it is.
 */
export const isolated = (text: string): string =>
  REORDERS.test(text) ? `\u2068${text.replaceAll(DIRECTIONS, "")}\u2069` : text;

type Given = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Given =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** The texts in a sentence's arguments isolated; anything else, such as an element of a page, as it is. */
export function isolatedIn<T>(given: T): T;
export function isolatedIn(given: unknown): unknown {
  if (typeof given === "string") return isolated(given);
  if (Array.isArray(given)) return given.map((inner: unknown) => isolatedIn(inner));
  if (!isPlain(given) || "$$typeof" in given) return given;
  return Object.fromEntries(Object.entries(given).map(([name, inner]) => [name, isolatedIn(inner)]));
}

/** A function that writes sentences, with the texts in its arguments isolated. */
export function isolatingGiven<A extends unknown[], R>(write: (...given: A) => R): (...given: A) => R {
  const isolatingIt = (...given: A): R => write(...isolatedIn(given));
  // Whoever asks a sentence how much it is given gets the same answer.
  return Object.defineProperty(isolatingIt, "length", { value: write.length });
}

/** A catalogue of sentences whose arguments are isolated, so that no sentence has to remember it. */
export function isolating<W extends object>(words: W): W {
  const wrapped = (word: unknown): unknown => {
    if (typeof word === "function") return isolatingGiven(word as (...given: unknown[]) => unknown);
    return isPlain(word) ? isolating(word) : word;
  };
  return Object.fromEntries(Object.entries(words).map(([name, word]) => [name, wrapped(word)])) as W;
}
