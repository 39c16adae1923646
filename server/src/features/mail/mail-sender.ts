import { MINUTE_MS } from "@gatehouse/shared";
import type { Log } from "../../platform/log.js";
import { SmtpFailure, type Smtp } from "../../platform/mail/smtp.js";
import { Worker } from "../../platform/worker.js";
import { leftJoined, NOTHING, notNull, select, sql, table, type RowOf } from "../../platform/database/sql.js";
import { Firm } from "../firms/firm.entity.js";
import type { Work } from "../work/unit-of-work.js";
import { mailLookOf } from "./mail-look.js";
import { LOGO_ID } from "./letter.js";
import { OutboxMail } from "./outbox-mail.entity.js";
import { NEVER, type Outbox } from "./outbox.js";
import { waitAfter } from "./retry-schedule.js";
import { senderName } from "./words.js";

/** How the sender works; durations are milliseconds. */
export interface SendingLimits {
  /** Mails on their way at once. */
  atOnce: number;
  /** How long one may take in all. */
  deadline: number;
  /** How long a claimed mail is nobody else's: longer than the deadline and the difference of two instances' clocks together. */
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

/** The address alone, also of `Name <address>`. */
const addressIn = (mailFrom: string): string => /<([^<>]+)>\s*$/.exec(mailFrom)?.[1]?.trim() ?? mailFrom.trim();

/**
 * Takes mails from the outbox to the SMTP server, beside the requests and never within one. Several instances share the outbox: a
 * mail is claimed by moving its due time into the future, which one conditional UPDATE decides; after a crash it falls due
 * again. The Message-ID is the row's id, so that a mail sent twice by a crash in the wrong moment can be told as one.
 */
export class MailSender {
  private readonly running = new Map<string, Promise<void>>();
  private readonly limits: SendingLimits;
  private readonly address: string;
  /** Aborted when what is on its way may take no longer. */
  private readonly cut = new AbortController();
  private readonly worker: Worker;

  constructor(
    private readonly needs: { work: Work; outbox: Outbox; smtp: Smtp; log: Log; mailFrom: string },
    limits: Partial<SendingLimits> = {},
  ) {
    const { mailFrom, log } = needs;
    this.limits = { ...sendingLimits, ...limits };
    this.address = addressIn(mailFrom);
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(this.address)) throw new Error(`MAIL_FROM is no address: ${mailFrom}`);
    this.worker = new Worker({
      look: () => this.look(),
      onError: (error) => log.error({ err: error }, "the outbox could not be read"),
      everyMs: this.limits.pollEvery,
    });
  }

  start(): void {
    this.worker.start();
  }

  /** There may be something to send. Returns at once. */
  wake(): void {
    this.worker.wake();
  }

  /** Waits `grace` milliseconds for what is on its way, then cuts it off; that falls due again at once, for whoever runs next. */
  async stop(grace = 10_000): Promise<void> {
    const cut = setTimeout(() => this.cut.abort(), grace);
    await this.worker.stop();
    await Promise.all(this.running.values());
    clearTimeout(cut);
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
    this.running.set(mail.id, this.deliverAndGoOn(mail));
  }

  private async deliverAndGoOn(mail: DueMail): Promise<void> {
    try {
      await this.deliver(mail);
      this.running.delete(mail.id);
      // There is room for the next.
      this.wake();
    } catch (error) {
      // The database fails: whatever comes next waits for the timer.
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
          messageId: `<${mail.id}@${this.address.split("@")[1] ?? "localhost"}>`,
          from: { name: senderName(mail.firmName), address: this.address },
          to: mail.recipient,
          date: new Date(mail.createdAt),
          ...content,
          pictures: logo ? [{ ...logo, id: LOGO_ID }] : [],
        },
        AbortSignal.any([this.cut.signal, AbortSignal.timeout(this.limits.deadline)]),
      );
    } catch (error) {
      await this.noteFailure(mail, leasedUntil, error);
      return;
    }
    await this.noteSent(mail);
  }

  /** Until when the mail is ours; null when another instance has it. */
  private async claim({ id, nextAttemptAt }: DueMail): Promise<number | null> {
    return this.needs.work.do(async (unit) => {
      const leasedUntil = unit.now + this.limits.lease;
      const isOurs = await unit.affected(CLAIM, [leasedUntil, id, nextAttemptAt]);
      return isOurs === 1 ? leasedUntil : null;
    });
  }

  /** The server has it: what it said is forgotten. Insists, since a mail that is not noted is sent again. */
  private async noteSent({ id }: DueMail): Promise<void> {
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

  private async noteFailure(mail: DueMail, leasedUntil: number, error: unknown): Promise<void> {
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
        const told = { mailId: mail.id, attempts, failure: summary };
        if (isGivenUp) this.needs.log.error(told, "a mail was given up");
        else this.needs.log.warn(told, "a mail was not taken and will be tried again");
      });
    });
  }
}
