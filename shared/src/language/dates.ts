import type { Language } from "./language.js";

/** "30 November 2026" is read alike by everybody who reads English; French is written as in Canada. */
const tags = { EN: "en-GB", FR: "fr-CA" } satisfies Record<Language, string>;
/** A date that Intl wrote; in French a month begins on its "1er", which Intl does not know. */
export const asDate = (written: string, language: Language): string =>
  language === "FR" ? written.replace(/^1 (?=\p{L})/u, "1er ") : written;

/** "30 November 2026", "1er décembre 2026": the day of a moment. `timeZone`: of the IANA database. */
export const dayInWords = (at: number, timeZone: string, language: Language): string =>
  asDate(new Intl.DateTimeFormat(tags[language], { dateStyle: "long", timeZone }).format(at), language);

/** "24 November 2026 at 16:05 UTC", "24 novembre 2026 à 16 h 05 UTC". */
export const momentInWords = (at: number, language: Language): string => {
  const format = new Intl.DateTimeFormat(tags[language], { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${asDate(format.format(at), language)} UTC`;
};
