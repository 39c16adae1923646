import { isolating, type Language } from "@gatehouse/shared";
import { mailWordsInEnglish, type MailWords } from "./mail-words.en.js";
import { mailWordsInFrench } from "./mail-words.fr.js";

export type { MailWords };
/** The words of mails to clients, by language. */
export const mailWords: Readonly<Record<Language, MailWords>> = {
  EN: isolating(mailWordsInEnglish),
  FR: isolating(mailWordsInFrench),
};
