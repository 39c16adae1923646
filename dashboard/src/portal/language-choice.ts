import { chooseLanguage, languageCodes, languageOf, type Language } from "@gatehouse/shared";

const languageKey = "gatehouse-language";
/** In this tab: a language chosen before signing in, to be saved with the account afterwards. */
const unsavedKey = "gatehouse-language-unsaved";

const read = (storage: () => Storage, name: string): Language | null => {
  try {
    const value = storage().getItem(name);
    return languageCodes.find((code) => code === value) ?? null;
  } catch {
    return null;
  }
};
const write = (storage: () => Storage, name: string, value: Language | null): void => {
  try {
    if (value === null) storage().removeItem(name);
    else storage().setItem(name, value);
  } catch {
    // Storage is turned off: the choice lasts as long as this page.
  }
};

/** Remembers the language in this browser. */
export const rememberLanguage = (language: Language): void => write(() => localStorage, languageKey, language);

export const unsavedChoice = (): Language | null => read(() => sessionStorage, unsavedKey);
export const setUnsavedChoice = (language: Language | null): void => write(() => sessionStorage, unsavedKey, language);

/** The language of the page: the one just chosen in this tab, else the client's own, else what the browser remembers or asks for, else the firm's. */
export const languageOfPage = ({ own, firm }: { own: Language | null; firm: Language | null }): Language =>
  chooseLanguage({
    own: unsavedChoice() ?? own ?? read(() => localStorage, languageKey),
    asked: languageOf(navigator.languages),
    firm,
  });
