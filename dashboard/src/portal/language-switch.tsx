import { useContext } from "react";
import { Button } from "react-aria-components";
import { useClient } from "urql";
import { languageCodes, languages, type Language } from "@gatehouse/shared";
import { graphql } from "../graphql/graphql.js";
import { usePageLanguage } from "../language/language-context.js";
import { useNotify } from "../ui/notices.js";
import { rememberLanguage, setUnsavedChoice } from "./language-choice.js";
import { usePortalWords, useSpeak } from "./portal-language.js";
import { PortalContext } from "./session.js";

const LanguageSwitch_choose = graphql(`
  mutation LanguageSwitch_choose($input: LanguageInput!) {
    chooseLanguage(input: $input) {
      language
      userErrors {
        code
      }
    }
  }
`);

/** Saves a language with the signed-in client's account, for mails and other devices. */
export function useSaveLanguage(): (language: Language) => Promise<void> {
  const client = useClient();
  return async (language) => {
    const { data } = await client.mutation(LanguageSwitch_choose, { input: { language } }).toPromise();
    // If it could not be saved, the next page load tries again.
    if (data?.chooseLanguage.language === language) setUnsavedChoice(null);
  };
}

/** Switches between English and French, on every page. */
export function LanguageSwitch() {
  const { language: current, words } = usePageLanguage();
  const portalWords = usePortalWords();
  const speak = useSpeak();
  const save = useSaveLanguage();
  const notify = useNotify();
  const isSignedIn = useContext(PortalContext)?.isSignedIn ?? false;
  const choose = async (language: Language) => {
    if (language === current) return;
    try {
      await speak(language);
    } catch {
      return notify({ tone: "danger", text: words.failures.unreachable });
    }
    rememberLanguage(language);
    setUnsavedChoice(language);
    if (isSignedIn) await save(language);
  };
  return (
    <fieldset aria-label={portalWords.language} className="-mx-1.5 flex gap-1 text-sm print:hidden">
      {languageCodes.map((language) => (
        <Button
          key={language}
          lang={languages[language].tag}
          aria-pressed={language === current}
          onPress={() => void choose(language)}
          className="cursor-pointer rounded px-1.5 py-1 text-muted underline aria-pressed:font-semibold aria-pressed:text-ink aria-pressed:no-underline"
        >
          {languages[language].name}
        </Button>
      ))}
    </fieldset>
  );
}
