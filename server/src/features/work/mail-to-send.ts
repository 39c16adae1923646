import type { Audience, Language } from "@gatehouse/shared";

/** A mail written in the same commit. `content` is rendered by features/mail/*-letters.ts. */
export interface MailToSend {
  firmId: string | null;
  to: string;
  /** A letter to a client is rendered in the language of its mailbox when it is put into the outbox. */
  content: MailContent | ClientLetter;
  /** The language of the contact that the letter is for, if it is for one; null: none was chosen. */
  language?: Language | null;
  /** It only reports what was done, which is done all the same where the server sends no mail. */
  isNotice?: true;
  /** The language in which its reader requested it; counts if nobody has chosen one for them. */
  asked?: Language | null;
}
export type ClientLetter = (language: Language) => MailContent;
export interface MailContent {
  subject: string;
  text: string;
  /** What its HTML is made from. */
  letter: Letter;
}

/** One part of a mail. The texts are plain; only features/mail/letter.ts turns them into HTML. */
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
  /** English if left out. */
  language?: Language;
  /** A client's letter looks like the firm's portal, which is the default; a colleague's comes from Gatehouse. */
  audience?: Audience;
}
