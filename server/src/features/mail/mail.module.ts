import { createSmtp } from "../../platform/mail/smtp.js";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { MailSender } from "./mail-sender.js";
import { mailboxHandler } from "./mailbox.http.js";
import type { Outbox } from "./outbox.js";

export function mailModule({ config, log }: Platform, { work, outbox }: { work: Work; outbox: Outbox }) {
  const { mail, mailFrom } = config;
  if (mail.kind === "none") return {} satisfies FeatureModule;
  if (mail.kind === "mailbox") {
    const handle = mailboxHandler(work, outbox);
    const paths = ["/mailbox", "/mailbox.json", "/mailbox.css"];
    return { routes: paths.map((path) => ({ path, method: "GET", handle })) } satisfies FeatureModule;
  }
  const sender = new MailSender({ work, outbox, smtp: createSmtp(mail.smtp, { dkim: mail.dkim }), log, mailFrom });
  return { workers: [sender], onMail: () => sender.wake() } satisfies FeatureModule;
}
