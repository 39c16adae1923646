import { createContext, useContext } from "react";
import type { Language } from "@gatehouse/shared";
import { wordsInEnglish, type Words } from "./words.en.js";

/** The language of a page. The dashboard is in English; the portal chooses one. */
export interface PageLanguage {
  language: Language;
  /** For dates and numbers; undefined: the browser's own. */
  locale: string | undefined;
  words: Words;
}

export const LanguageContext = createContext<PageLanguage>({
  language: "EN",
  locale: undefined,
  words: wordsInEnglish,
});

export const usePageLanguage = (): PageLanguage => useContext(LanguageContext);
/** The sentences of the parts that the dashboard and the portal share. */
export const useWords = (): Words => useContext(LanguageContext).words;
