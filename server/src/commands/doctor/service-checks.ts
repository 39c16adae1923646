import { randomUUID } from "node:crypto";
import type { Config } from "../../platform/config/config.js";
import { createSmtp, SmtpFailure } from "../../platform/mail/smtp.js";
import type { RedisAddress } from "../../platform/redis/redis-address.js";
import { connectRedis } from "../../platform/redis/connect-redis.js";
import { Findings, reasonOf, type Finding } from "./finding.js";

const PATIENCE_MS = 15_000;
const REDIS_MS = 3000;

/** Whether the mail server takes us; with `to`, whether it takes a real mail to that address. */
export async function mailChecks(
  { mail, mailFrom: address }: Pick<Config, "mail" | "mailFrom">,
  to: string | null,
): Promise<Finding[]> {
  const findings = new Findings("Mail");
  if (mail.kind !== "smtp") {
    if (mail.kind === "none") findings.warn("no mail is sent: acts that need one are refused", "Set SMTP_URL.");
    else findings.warn("no mail server: mails are shown at /mailbox", "Set SMTP_URL.");
    return findings.list;
  }
  const patience = { connect: PATIENCE_MS, greeting: PATIENCE_MS, silence: PATIENCE_MS };
  const smtp = createSmtp(mail.smtp, { dkim: mail.dkim, ...patience });
  try {
    await smtp.verify();
    findings.ok("the mail server greets and takes the login; nothing was sent");
    if (to !== null) {
      await smtp.send(
        {
          messageId: `<${randomUUID()}@${address.split("@")[1] ?? "localhost"}>`,
          from: { name: "Gatehouse", address },
          to,
          date: new Date(),
          subject: "Test mail of Gatehouse's doctor",
          text: "This mail server accepts Gatehouse's mails. If this mail is in the spam folder, check SPF, DKIM and DMARC of the sender's domain.",
          html: "<p>This mail server accepts Gatehouse's mails. If this mail is in the spam folder, check SPF, DKIM and DMARC of the sender's domain.</p>",
          pictures: [],
        },
        AbortSignal.timeout(PATIENCE_MS * 2),
      );
      findings.ok(`the mail server accepted a test mail to ${to}: look whether it arrives, and not as spam`);
    }
  } catch (error) {
    findings.fail(
      `the mail server refused: ${error instanceof SmtpFailure ? error.summary : reasonOf(error)}`,
      "Check SMTP_URL, its port and password, and that MAIL_FROM may send there.",
    );
  } finally {
    smtp.close();
  }
  return findings.list;
}

/** Whether Redis answers. */
export async function redisChecks(address: RedisAddress | null, isServerDatabase: boolean): Promise<Finding[]> {
  const findings = new Findings("Redis");
  if (address === null) {
    if (isServerDatabase) findings.ok("not used: several servers would find each other's events within a second");
    return findings.list;
  }
  const redis = connectRedis(address, {
    connectTimeout: REDIS_MS,
    disconnectTimeout: REDIS_MS,
    commandTimeout: REDIS_MS,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: true,
    // Longer than the check takes: the first failure is the answer.
    retryStrategy: () => REDIS_MS * 2,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once("ready", resolve).on("error", reject);
      timer = setTimeout(() => reject(new Error(`no answer in ${REDIS_MS / 1000} s`)), REDIS_MS);
    });
    await redis.ping();
    findings.ok("Redis answers");
  } catch (error) {
    findings.fail(
      `Redis does not answer: ${reasonOf(error)}`,
      "Check REDIS_URL. Until then servers poll, and each counts its own budgets.",
    );
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
  return findings.list;
}
