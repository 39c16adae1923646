import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { normalizeEmail } from "@gatehouse/shared";
import { createSmtp, SmtpFailure } from "../../platform/mail/smtp.js";
import { Findings, reasonOf, type Finding } from "./finding.js";

const PATIENCE_MS = 15_000;
const REDIS_MS = 3000;

/** Whether the mail server takes us; with `to`, whether it takes a real mail to that address. */
export async function mailChecks({
  smtpUrl,
  mailFrom,
  isProduction,
  to,
}: {
  smtpUrl: string | null;
  mailFrom: string;
  isProduction: boolean;
  to: string | null;
}): Promise<Finding[]> {
  const findings = new Findings("Mail");
  if (smtpUrl === null) {
    const remedy = "Set SMTP_URL.";
    if (isProduction) findings.fail("no mail server: mails wait in the database", remedy);
    else findings.warn("no mail server: mails are shown at /mailbox", remedy);
    return findings.list;
  }
  const address = normalizeEmail(/<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom);
  if (address === null) {
    findings.fail("MAIL_FROM is not an address", "Write it as no-reply@example.org.");
    return findings.list;
  }
  const smtp = createSmtp(smtpUrl, { connect: PATIENCE_MS, greeting: PATIENCE_MS, silence: PATIENCE_MS });
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
export async function redisChecks(redisUrl: string | null, isServerDatabase: boolean): Promise<Finding[]> {
  const findings = new Findings("Redis");
  if (redisUrl === null) {
    if (isServerDatabase) findings.ok("not used: several servers would find each other's events within a second");
    return findings.list;
  }
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    connectTimeout: REDIS_MS,
    commandTimeout: REDIS_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    findings.ok("Redis answers");
  } catch (error) {
    findings.fail(
      `Redis does not answer: ${reasonOf(error)}`,
      "Check REDIS_URL. Until then servers poll, and each counts its own budgets.",
    );
  } finally {
    redis.disconnect();
  }
  return findings.list;
}
