import type { Language } from "./language.js";

/** Every reader of English understands "30 November 2026" the same way; French is written as in Canada. */
const tags = { EN: "en-GB", FR: "fr-CA" } satisfies Record<Language, string>;
/** Corrects a date written by Intl: in French the first of a month is "1er", which Intl does not know. */
export const asDate = (written: string, language: Language): string =>
  language === "FR" ? written.replace(/^1 (?=\p{L})/u, "1er ") : written;

/** "30 November 2026", "1er décembre 2026": the date of a moment. `timeZone`: a name in the IANA database. */
export const dayInWords = (at: number, timeZone: string, language: Language): string =>
  asDate(new Intl.DateTimeFormat(tags[language], { dateStyle: "long", timeZone }).format(at), language);

/** "24 November 2026 at 16:05 UTC", "24 novembre 2026 à 16 h 05 UTC". */
export const momentInWords = (at: number, language: Language): string => {
  const format = new Intl.DateTimeFormat(tags[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${asDate(format.format(at), language)} UTC`;
};
