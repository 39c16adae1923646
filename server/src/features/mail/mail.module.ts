import { createSmtp, type Smtp } from "../../platform/mail/smtp.js";
import type { Platform } from "../../platform/platform.js";
import { inSpan, type Tracing } from "../../platform/tracing/tracing.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { mailMetrics } from "./mail-metrics.js";
import { MailSender } from "./mail-sender.js";
import { mailboxHandler } from "./mailbox.http.js";
import type { Outbox } from "./outbox.js";

/** Sends each mail within a span that names neither its recipient nor its subject. */
const tracedSending =
  (smtp: Smtp, tracing: Tracing): Smtp["send"] =>
  (message, signal) =>
    inSpan(tracing, "mail", { "gatehouse.message_id": message.messageId.split("@")[0]?.slice(1) ?? "" }, () =>
      smtp.send(message, signal),
    );

export function mailModule(
  { config, log, metrics, tracing }: Platform,
  { work, outbox }: { work: Work; outbox: Outbox },
) {
  const { mail, mailFrom } = config;
  const count = mailMetrics(metrics, work);
  if (mail.kind === "none") return {} satisfies FeatureModule;
  if (mail.kind === "mailbox") {
    const handle = mailboxHandler(work, outbox);
    const paths = ["/mailbox", "/mailbox.json", "/mailbox.css"];
    return { routes: paths.map((path) => ({ path, method: "GET", handle })) } satisfies FeatureModule;
  }
  const server = createSmtp(mail.smtp, { dkim: mail.dkim });
  const smtp = tracing ? { ...server, send: tracedSending(server, tracing) } : server;
  const sender = new MailSender({ work, outbox, smtp, log, mailFrom, count });
  return { workers: [sender], onMail: () => sender.wake() } satisfies FeatureModule;
}
