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

/** What an encrypted content is bound to: moved to another row, it cannot be decrypted. */
export const contentPlace = (mailId: string): string => `outbox_mails.encryptedContent.${mailId}`;

/** A due time that never comes: for mails that are not sent any more. */
export const NEVER = Number.MAX_SAFE_INTEGER;

const mails = table(OutboxMail);
const WITHDRAW = sql`
  UPDATE ${mails} SET ${mails.encryptedContent} = NULL, ${mails.nextAttemptAt} = ?, ${mails.lastFailure} = 'Withdrawn by the firm.'
  WHERE ${mails.firmId} = ? AND ${mails.sentAt} IS NULL AND ${mails.attempts} > 0 AND ${mails.encryptedContent} IS NOT NULL AND`;

/**
 * Gives up the firm's mails that match the condition and that a mail server has refused so far. One that is being sent
 * right now may still arrive. Mails that were never tried are left alone: they are the mailbox of a developer's
 * machine.
 */
export const withdrawMails = (
  unit: UnitOfWork,
  firmId: string,
  condition: Sql,
  parameters: unknown[],
): Promise<number> => unit.affected(sql`${WITHDRAW} ${condition}`, [NEVER, firmId, ...parameters]);

/** A stored mail; rows from before branding hold rendered HTML. */
type KeptContent = MailContent | { subject: string; text: string; html: string };

/** A mail ready to send. `logo`: the picture that the HTML shows, attached to the mail. */
export interface ReadyMail {
  subject: string;
  text: string;
  html: string;
  logo: MailLook["logo"];
}

/** Puts mails into the outbox and reads them back. Their content is encrypted: its links and codes let people in. */
export class Outbox {
  constructor(private readonly keys: KeyRing) {}

  /** Adds a row in the caller's transaction: no mail without the fact it reports, no fact without its mail. */
  readonly enqueue = async (
    manager: EntityManager,
    { firmId, to: address, content: given, language = null, asked = null }: MailToSend,
    now: number,
  ): Promise<void> => {
    // The caller has checked the address; anything else could inject into the envelope. One from before domains had one spelling is stored as
    // it was if another login has the new one.
    const to = normalizeEmail(address);
    if (to === null) throw new Error("a mail's recipient is not a normalized address");
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

  /** The content of a mail, in the firm's current look. Throws if its key is missing. */
  open(id: string, encryptedContent: string, look: MailLook | null): ReadyMail {
    const kept = JSON.parse(this.keys.decrypt(encryptedContent, contentPlace(id))) as KeptContent;
    const { subject, text } = kept;
    if ("html" in kept) return { subject, text, html: kept.html, logo: null };
    const { letter } = kept;
    return { subject, text, html: letterHtml(letter, look), logo: isFirms(letter) ? (look?.logo ?? null) : null };
  }
}
