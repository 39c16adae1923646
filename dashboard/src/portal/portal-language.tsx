import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from "react";
import { I18nProvider } from "react-aria-components";
import { languages, type Language } from "@gatehouse/shared";
import { LanguageContext, type PageLanguage } from "../language/language-context.js";
import { wordsInEnglish } from "../language/words.en.js";
import { languageOfPage } from "./language-choice.js";
import { portalWordsInEnglish, type PortalWords } from "./words.en.js";

/** A language with all its texts. */
export interface Spoken extends PageLanguage {
  locale: string;
  portalWords: PortalWords;
}

/** The locale for dates: for English the browser's own variant, for French Canada's. */
const localeOf = (language: Language): string =>
  language === "FR"
    ? languages.FR.tag
    : (navigator.languages.find((tag) => /^en(-|$)/i.test(tag)) ?? languages[language].tag);

async function fetchLanguage(language: Language): Promise<Spoken> {
  const catalogue =
    language === "FR"
      ? (await import("./catalogue.fr.js")).catalogueInFrench
      : { words: wordsInEnglish, portalWords: portalWordsInEnglish };
  return { language, locale: localeOf(language), ...catalogue };
}

/** Sets the language of the document before anything is drawn or requested: requests take it from here. */
const announce = (spoken: Spoken): Spoken => {
  document.documentElement.lang = languages[spoken.language].tag;
  return spoken;
};

/** The first language, chosen from what the browser knows. */
export const firstLanguage = (): Promise<Spoken> =>
  fetchLanguage(languageOfPage({ own: null, firm: null })).then(announce);

const PortalLanguageContext = createContext<{
  portalWords: PortalWords;
  /** Shows the page in a language and keeps what was typed. Rejects if the language cannot be loaded. */
  speak: (language: Language) => Promise<void>;
}>({ portalWords: portalWordsInEnglish, speak: () => Promise.resolve() });

export const usePortalWords = (): PortalWords => useContext(PortalLanguageContext).portalWords;
export const useSpeak = () => useContext(PortalLanguageContext).speak;

export function PortalLanguage({ first, children }: { first: Spoken; children: ReactNode }) {
  const [spoken, setSpoken] = useState(first);
  const speak = useCallback(
    (language: Language) => fetchLanguage(language).then((fetched) => setSpoken(announce(fetched))),
    [],
  );
  const portal = useMemo(() => ({ portalWords: spoken.portalWords, speak }), [speak, spoken]);
  return (
    <LanguageContext.Provider value={spoken}>
      <PortalLanguageContext.Provider value={portal}>
        <I18nProvider locale={spoken.locale}>{children}</I18nProvider>
      </PortalLanguageContext.Provider>
    </LanguageContext.Provider>
  );
}
