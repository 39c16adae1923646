import { MINUTE_MS, asciiEmail } from "@gatehouse/shared";
import type { Log } from "../../platform/log.js";
import { SmtpFailure, type Smtp } from "../../platform/mail/smtp.js";
import { whenAborted, Worker } from "../../platform/worker.js";
import { leftJoined, NOTHING, notNull, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { Firm } from "../firms/firm.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { mailLookOf } from "./mail-look.js";
import { LOGO_ID } from "./letter.js";
import { OutboxMail } from "./outbox-mail.entity.js";
import { NEVER, type Outbox } from "./outbox.js";
import { waitAfter } from "./retry-schedule.js";
import { senderName } from "./words.js";

/** The sender's settings; durations are in milliseconds. */
export interface SendingLimits {
  /** How many mails are being sent at once. */
  atOnce: number;
  /** How long sending one mail may take in all. */
  deadline: number;
  /** How long a claim on a mail lasts: longer than the deadline plus any clock difference between two instances. */
  lease: number;
  /** How often to look for mails that fall due, or that another instance left. */
  pollEvery: number;
}
const sendingLimits: SendingLimits = { atOnce: 10, deadline: 5 * MINUTE_MS, lease: 7 * MINUTE_MS, pollEvery: 5_000 };

const FAILURE_LENGTH = 500;
const KEEP_TRYING_TO_NOTE_MS = [200, 1_000, 5_000, 20_000];

const mails = table(OutboxMail);
const o = table(OutboxMail, "o");
const f = leftJoined(table(Firm, "f"));
const DUE = select({
  id: o.id,
  recipient: o.recipient,
  encryptedContent: notNull(o.encryptedContent),
  createdAt: o.createdAt,
  attempts: o.attempts,
  nextAttemptAt: o.nextAttemptAt,
  firmId: o.firmId,
  firmName: f.name,
}).from`${o} LEFT JOIN ${f} ON ${f.id} = ${o.firmId}
  WHERE ${o.sentAt} IS NULL AND ${o.nextAttemptAt} <= ? AND ${o.encryptedContent} IS NOT NULL ORDER BY ${o.nextAttemptAt} LIMIT `;
type DueMail = RowOf<typeof DUE>;
const CLAIM = sql`UPDATE ${mails} SET ${mails.nextAttemptAt} = ?, ${mails.attempts} = ${mails.attempts} + 1
  WHERE ${mails.id} = ? AND ${mails.sentAt} IS NULL AND ${mails.nextAttemptAt} = ?`;
const SENT = sql`UPDATE ${mails} SET ${mails.sentAt} = ?, ${mails.encryptedContent} = NULL, ${mails.lastFailure} = NULL
  WHERE ${mails.id} = ? AND ${mails.sentAt} IS NULL`;
const NOTE_FAILURE = sql`UPDATE ${mails} SET ${mails.nextAttemptAt} = ?, ${mails.lastFailure} = ?`;
const AND_WIPE = sql`, ${mails.encryptedContent} = NULL`;
const STILL_CLAIMED = sql`WHERE ${mails.id} = ? AND ${mails.sentAt} IS NULL AND ${mails.nextAttemptAt} = ?`;

export interface MailSenderNeeds {
  work: Work;
  outbox: Outbox;
  smtp: Smtp;
  log: Log;
  mailFrom: string;
  /** Counts what became of an attempt. */
  count?(outcome: "sent" | "retried" | "given_up"): void;
}

/**
 * Sends mails from the outbox to the SMTP server, beside the requests and never within one. Several instances share the
 * outbox: a mail is claimed by one conditional UPDATE that moves its due time into the future, so that after a crash it
 * falls due again. The Message-ID is the row's id, so that a mail that a crash sent twice can be recognized as one.
 */
export class MailSender {
  private readonly running = new Map<string, Promise<void>>();
  private readonly limits: SendingLimits;
  /** Aborted when mails being sent may take no longer. */
  private readonly cut = new AbortController();
  private readonly worker: Worker;

  constructor(
    private readonly needs: MailSenderNeeds,
    limits: Partial<SendingLimits> = {},
  ) {
    const { log } = needs;
    this.limits = { ...sendingLimits, ...limits };
    this.worker = new Worker({
      look: () => this.look(),
      onError: (error) => log.error({ err: error }, "the outbox could not be read"),
      everyMs: this.limits.pollEvery,
    });
  }

  start(): void {
    this.worker.start();
  }

  /** Announces that there may be something to send. Returns at once. */
  wake(): void {
    this.worker.wake();
  }

  /**
   * Waits until the deadline for mails being sent, then aborts them. These fall due again at once, for the next instance
   * that runs.
   */
  async stop(deadline: AbortSignal): Promise<void> {
    whenAborted(deadline, () => this.cut.abort());
    await this.worker.stop();
    await Promise.all(this.running.values());
    this.needs.smtp.close();
  }

  private async look(): Promise<void> {
    for (const mail of await this.due(this.limits.atOnce - this.running.size))
      if (!this.worker.stopping.aborted) this.begin(mail);
  }

  private async due(room: number): Promise<DueMail[]> {
    if (room <= 0) return [];
    const rows = await this.needs.work.unpreparedRows(DUE.plus`${room + this.running.size}`, [
      this.needs.work.clock.now(),
    ]);
    return rows.filter(({ id }) => !this.running.has(id)).slice(0, room);
  }

  private begin(mail: DueMail): void {
    this.running.set(mail.id, this.deliverThenContinue(mail));
  }

  private async deliverThenContinue(mail: DueMail): Promise<void> {
    try {
      await this.deliver(mail);
      this.running.delete(mail.id);
      // There is room for the next one.
      this.wake();
    } catch (error) {
      // The database fails: the next mail waits for the timer.
      this.running.delete(mail.id);
      this.needs.log.error({ err: error, mailId: mail.id }, "the outbox could not be written");
    }
  }

  private async deliver(mail: DueMail): Promise<void> {
    const leasedUntil = await this.claim(mail);
    if (leasedUntil === null) return;
    try {
      const look = await mailLookOf(this.needs.work, mail.firmId);
      const { logo, ...content } = this.needs.outbox.open(mail.id, mail.encryptedContent, look);
      await this.needs.smtp.send(
        {
          messageId: `<${mail.id}@${asciiEmail(this.needs.mailFrom).split("@")[1] ?? "localhost"}>`,
          from: { name: senderName(mail.firmName), address: this.needs.mailFrom },
          to: mail.recipient,
          date: new Date(mail.createdAt),
          ...content,
          pictures: logo ? [{ ...logo, id: LOGO_ID }] : [],
        },
        AbortSignal.any([this.cut.signal, AbortSignal.timeout(this.limits.deadline)]),
      );
    } catch (error) {
      await this.saveFailure(mail, leasedUntil, error);
      return;
    }
    await this.saveSent(mail);
    this.needs.count?.("sent");
  }

  /** Until when the mail is claimed by us; null if another instance has it. */
  private async claim({ id, nextAttemptAt }: DueMail): Promise<number | null> {
    return this.needs.work.do(async (unit) => {
      const leasedUntil = unit.now + this.limits.lease;
      const isOurs = await unit.affected(CLAIM, [leasedUntil, id, nextAttemptAt]);
      return isOurs === 1 ? leasedUntil : null;
    });
  }

  /**
   * The server has accepted the mail, so its content is wiped. Retries, since a mail that is not marked as sent would
   * be sent again.
   */
  private async saveSent({ id }: DueMail): Promise<void> {
    for (const wait of [...KEEP_TRYING_TO_NOTE_MS, null]) {
      try {
        await this.needs.work.do((unit) => unit.affected(SENT, [unit.now, id]));
        return;
      } catch (error) {
        if (wait === null) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private async saveFailure(mail: DueMail, leasedUntil: number, error: unknown): Promise<void> {
    const failure = error instanceof SmtpFailure ? error : null;
    const summary = (failure?.summary ?? (error instanceof Error ? error.message : "failed")).slice(0, FAILURE_LENGTH);
    const attempts = mail.attempts + 1;
    await this.needs.work.do(async (unit) => {
      const wait = this.cut.signal.aborted ? 0 : waitAfter(attempts, unit.now - mail.createdAt);
      const isGivenUp = failure?.isPermanent === true || wait === null;
      await unit.affected(sql`${NOTE_FAILURE}${isGivenUp ? AND_WIPE : NOTHING} ${STILL_CLAIMED}`, [
        isGivenUp ? NEVER : unit.now + (wait ?? 0),
        summary,
        mail.id,
        leasedUntil,
      ]);
      unit.afterCommit(() => {
        const fields = { mailId: mail.id, attempts, failure: summary };
        this.needs.count?.(isGivenUp ? "given_up" : "retried");
        if (isGivenUp) this.needs.log.error(fields, "a mail was given up");
        else this.needs.log.warn(fields, "a mail was not accepted and will be retried");
      });
    });
  }
}
