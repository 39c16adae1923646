/** The languages that clients can choose. `tag`: for `lang` attributes, dates and numbers; `name`: in the language itself. */
export const languages = {
  EN: { tag: "en-CA", name: "English", englishName: "English" },
  FR: { tag: "fr-CA", name: "Français", englishName: "French" },
} as const;
export type Language = keyof typeof languages;
export const languageCodes = Object.keys(languages) as Language[];
/** The language if nobody chose one. */
export const defaultLanguage: Language = "EN";

/** The language of a tag such as `fr`, `fr-CA` or `FR_ca`; null if it is not one of ours. */
export function languageOfTag(tag: string): Language | null {
  const [primary = ""] = tag.trim().toUpperCase().split(/[-_]/, 1);
  return languageCodes.find((code) => code === primary) ?? null;
}

/**
 * The most preferred of our languages in an Accept-Language header (RFC 9110 12.5.4) or `navigator.languages`. Null if none of ours is in
 * it; `*` expresses no preference.
 */
export function languageOf(asked: string | readonly string[]): Language | null {
  const ranges = typeof asked === "string" ? asked.split(",", MOST_RANGES) : asked;
  const wanted = ranges.map((range, place) => {
    const [tag = "", ...parameters] = range.split(";");
    const [name = "", weight = ""] = (parameters[0] ?? "").split("=").map((part) => part.trim().toLowerCase());
    return { language: languageOfTag(tag), weight: name === "q" && /^[01.]/.test(weight) ? Number(weight) : 1, place };
  });
  return (
    wanted
      .filter(({ language, weight }) => language !== null && weight > 0)
      .toSorted((a, b) => b.weight - a.weight || a.place - b.place)[0]?.language ?? null
  );
}
/** A header with more ranges does not come from a browser. */
const MOST_RANGES = 32;

/** The language to use for a person: the first of these that is known. */
export const chooseLanguage = (known: {
  /** Chosen by the person, or for them by the firm. */
  own: Language | null;
  /** The language that their browser asks for; null for mails. */
  asked: Language | null;
  /** The firm's default for its clients. */
  firm: Language | null;
}): Language => known.own ?? known.asked ?? known.firm ?? defaultLanguage;

/** The language that a person wrote: a code, a tag, or its name in either language. Null if it is not one of ours. */
export function languageNamed(text: string): Language | null {
  const plain = text.trim().normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const names: Record<Language, readonly string[]> = {
    EN: ["en", "eng", "english", "anglais"],
    FR: ["fr", "fra", "fre", "french", "francais"],
  };
  return (
    languageCodes.find((code) => names[code].includes(plain)) ??
    (/^[a-z]{2}[-_][a-z]{2}$/.test(plain) ? languageOfTag(plain) : null)
  );
}
