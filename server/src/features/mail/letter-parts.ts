import type { Language } from "@gatehouse/shared";
import type { Block, ClientLetter } from "../work/mail-to-send.js";
import { letter } from "./letter.js";
import { mailWords, type MailWords } from "./mail-words.js";

export interface FromFirm {
  firmName: string;
}
export interface WithLink extends FromFirm {
  link: string;
  expiresInHours: number;
}
/** A day as each language writes it. */
export type DayInWords = (language: Language) => string;

/** A letter in the language of its mailbox; its words are in mail-words.*.ts. */
export const toClient =
  (
    firmName: string,
    write: (say: MailWords, language: Language) => { subject: string; blocks: readonly Block[] },
  ): ClientLetter =>
  (language) =>
    letter({ firmName, language, ...write(mailWords[language], language) });
