import { Counter, type Registry } from "prom-client";
import { computed, select, sql, table } from "../../platform/database/sql.js";
import { gauge, SlowReading } from "../../platform/metrics.js";
import type { Work } from "../work/unit-of-work.js";
import type { MailSenderNeeds } from "./mail-sender.js";
import { OutboxMail } from "./outbox-mail.entity.js";

const mails = table(OutboxMail);
const WAITING = select({
  count: computed(sql`COUNT(*)`, Number),
  oldestAt: computed<number | null>(sql`MIN(${mails.createdAt})`),
}).from`${mails} WHERE ${mails.sentAt} IS NULL AND ${mails.encryptedContent} IS NOT NULL`;

/** Adds what waits in the outbox, and returns what counts the attempts of this process. */
export function mailMetrics(metrics: Registry, work: Work): NonNullable<MailSenderNeeds["count"]> {
  const waiting = new SlowReading(async () => (await work.unpreparedRows(WAITING, []))[0]);
  gauge(metrics, {
    name: "gatehouse_outbox_mails",
    help: "Mails that wait to be sent, in the whole database.",
    read: async () => (await waiting.get())?.count ?? null,
  });
  gauge(metrics, {
    name: "gatehouse_outbox_oldest_mail_age_seconds",
    help: "Age of the oldest mail that waits to be sent; 0 if none waits.",
    read: async () => {
      const found = await waiting.get();
      if (!found) return null;
      return found.oldestAt === null ? 0 : Math.max(0, (work.clock.now() - Number(found.oldestAt)) / 1000);
    },
  });
  const attempts = new Counter({
    name: "gatehouse_mail_attempts_total",
    help: "Attempts of this process to send a mail, by what became of it.",
    labelNames: ["outcome"],
    registers: [metrics],
  });
  for (const outcome of ["sent", "retried", "given_up"]) attempts.inc({ outcome }, 0);
  return (outcome) => attempts.inc({ outcome });
}
