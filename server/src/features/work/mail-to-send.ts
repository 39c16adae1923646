import type { Audience, Language } from "@gatehouse/shared";

/** A mail of the same commit. `content` is rendered by features/mail/*-letters.ts. */
export interface MailToSend {
  firmId: string | null;
  to: string;
  /** A letter to a client is written in the language of the mailbox, once it is put into the outbox. */
  content: MailContent | ClientLetter;
  /** Of the one contact that the letter is for, where it is for one; null: nobody said. */
  language?: Language | null;
  /** In which its reader asked for it; counts where nobody has chosen one for them. */
  asked?: Language | null;
}
export type ClientLetter = (language: Language) => MailContent;
export interface MailContent {
  subject: string;
  text: string;
  /** What its HTML is made of. */
  letter: Letter;
}

/** One part of a mail. Texts are plain: they become HTML here alone. */
export type Block =
  | { kind: "paragraph"; text: string }
  | { kind: "action"; label: string; link: string }
  | { kind: "code"; code: string }
  | { kind: "list"; items: readonly string[] }
  | { kind: "facts"; facts: readonly (readonly [name: string, value: string])[] }
  | { kind: "quote"; from: string; text: string };

export interface Letter {
  firmName: string;
  subject: string;
  blocks: readonly Block[];
  /** English, where it does not say. */
  language?: Language;
  /** A client's letter looks like the firm's portal, which is the default; a colleague's comes from Gatehouse. */
  audience?: Audience;
}
