import { createSmtp } from "../../platform/mail/smtp.js";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { mailMetrics } from "./mail-metrics.js";
import { MailSender } from "./mail-sender.js";
import { mailboxHandler } from "./mailbox.http.js";
import type { Outbox } from "./outbox.js";

export function mailModule({ config, log, metrics }: Platform, { work, outbox }: { work: Work; outbox: Outbox }) {
  const { smtpUrl, mailFrom, isProduction } = config;
  const count = mailMetrics(metrics, work);
  if (smtpUrl === null) {
    // Without an SMTP server nothing sends the mails: on a developer's machine they are shown instead.
    const handle = mailboxHandler(work, outbox);
    const paths = isProduction ? [] : ["/mailbox", "/mailbox.json", "/mailbox.css"];
    return { routes: paths.map((path) => ({ path, method: "GET", handle })) } satisfies FeatureModule;
  }
  const sender = new MailSender({ work, outbox, smtp: createSmtp(smtpUrl), log, mailFrom, count });
  return { workers: [sender], onMail: () => sender.wake() } satisfies FeatureModule;
}
