import type { EntityManager } from "typeorm";
import { defaultLanguage, normalizeEmail } from "@gatehouse/shared";
import { newId } from "../../platform/crypto/ids.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { sql, table, type Sql } from "../../platform/database/sql.js";
import type { UnitOfWork } from "../work/unit-of-work.js";
import type { MailContent, MailToSend } from "../work/mail-to-send.js";
import type { MailLook } from "./mail-look.js";
import { isFirms, letterHtml } from "./letter.js";
import { mailboxLanguage } from "./mailbox-language.js";
import { OutboxMail } from "./outbox-mail.entity.js";

/** Where an encrypted content belongs: moved to another row, it cannot be read. */
export const contentPlace = (mailId: string): string => `outbox_mails.encryptedContent.${mailId}`;

/** A due time that never comes: for mails that are not sent any more. */
export const NEVER = Number.MAX_SAFE_INTEGER;

const mails = table(OutboxMail);
const WITHDRAW = sql`
  UPDATE ${mails} SET ${mails.encryptedContent} = NULL, ${mails.nextAttemptAt} = ?, ${mails.lastFailure} = 'Withdrawn by the firm.'
  WHERE ${mails.firmId} = ? AND ${mails.sentAt} IS NULL AND ${mails.attempts} > 0 AND ${mails.encryptedContent} IS NOT NULL AND`;

/**
 * Gives up the firm's mails that fit the condition and that a mail server would not take so far. One that is on its way at this
 * moment may still arrive. What was never tried is left alone: that is the mailbox of a developer's machine.
 */
export const withdrawMails = (
  unit: UnitOfWork,
  firmId: string,
  condition: Sql,
  parameters: unknown[],
): Promise<number> => unit.affected(sql`${WITHDRAW} ${condition}`, [NEVER, firmId, ...parameters]);

/** What is kept of a mail; those of before firms had a look hold their HTML. */
type KeptContent = MailContent | { subject: string; text: string; html: string };

/** A mail as it goes. `logo`: the picture that the HTML shows, to travel with it. */
export interface ReadyMail {
  subject: string;
  text: string;
  html: string;
  logo: MailLook["logo"];
}

/** Puts mails into the outbox and reads them again. What they say is encrypted: links and codes in it let people in. */
export class Outbox {
  constructor(private readonly keys: KeyRing) {}

  /** A row of the caller's transaction: no mail without the fact it tells, no fact without its mail. */
  readonly enqueue = async (
    manager: EntityManager,
    { firmId, to, content: given, language = null, asked = null }: MailToSend,
    now: number,
  ): Promise<void> => {
    // Whoever calls checked the address; anything else would be a way into the envelope.
    if (normalizeEmail(to) !== to) throw new Error("a mail's recipient is not a normalised address");
    const content =
      typeof given === "function"
        ? given(
            firmId === null
              ? (asked ?? defaultLanguage)
              : await mailboxLanguage(manager, { firmId, email: to, language, asked }),
          )
        : given;
    const id = newId("mail", now);
    await manager.insert(OutboxMail, {
      id,
      firmId,
      recipient: to,
      encryptedContent: this.keys.encrypt(
        JSON.stringify({ subject: content.subject, text: content.text, letter: content.letter }),
        contentPlace(id),
      ),
      createdAt: now,
      attempts: 0,
      nextAttemptAt: now,
      sentAt: null,
      lastFailure: null,
    });
  };

  /** What a mail says, in the look that the firm has now. Throws where its key is no longer there. */
  open(id: string, encryptedContent: string, look: MailLook | null): ReadyMail {
    const kept = JSON.parse(this.keys.decrypt(encryptedContent, contentPlace(id))) as KeptContent;
    const { subject, text } = kept;
    if ("html" in kept) return { subject, text, html: kept.html, logo: null };
    const { letter } = kept;
    return { subject, text, html: letterHtml(letter, look), logo: isFirms(letter) ? (look?.logo ?? null) : null };
  }
}
