import { createPrivateKey } from "node:crypto";
import { asciiDomain, normalizeEmail } from "@gatehouse/shared";
import { smtpAddress, type SmtpAddress } from "../mail/smtp-address.js";
import { readTlsFiles } from "./address.js";
import type { Faults } from "./faults.js";

/** Signs every mail, so that receivers can tell that the domain's owner sent it (RFC 6376). */
export interface DkimKey {
  domain: string;
  selector: string;
  /** PEM. */
  privateKey: string;
}

/**
 * What becomes of mails. `mailbox`: they are kept and shown at `/mailbox`, on a developer's machine; `none`: acts that
 * need a mail are refused.
 */
export type MailSettings =
  { kind: "mailbox" } | { kind: "none" } | { kind: "smtp"; smtp: SmtpAddress; dkim: DkimKey | null };

const EXAMPLE_SENDER = "no-reply@gatehouse.example";
/** What SMTP_URL says if there is no mail server on purpose. */
const NO_MAIL = "none";

/** The mailbox in `address` or `Name <address>`; null if it is not one. The name is left out: each firm has its own. */
const mailboxIn = (text: string): string | null => normalizeEmail(/^[^<>]*<([^<>]+)>$/.exec(text.trim())?.[1] ?? text);

/** Reads everything about mails. */
export function mailSettings(
  env: NodeJS.ProcessEnv,
  { isProduction, faults }: { isProduction: boolean; faults: Faults },
): { mail: MailSettings; mailFrom: string } {
  const { SMTP_URL: url, MAIL_FROM: from } = env;
  const mailFrom = mailboxIn(from ?? EXAMPLE_SENDER);
  if (mailFrom === null) faults.add("MAIL_FROM", "must be an email address: no-reply@example.org");
  const mail = ((): MailSettings => {
    if (url === NO_MAIL) return { kind: "none" };
    if (url === undefined) {
      if (!isProduction) return { kind: "mailbox" };
      faults.add(
        "SMTP_URL",
        `is required in production: smtp://user:password@host:587, or "${NO_MAIL}" if no mail is to be sent`,
      );
      return { kind: "none" };
    }
    if (isProduction && from === undefined)
      faults.add("MAIL_FROM", "is required in production: an address of a domain that may send through SMTP_URL");
    const smtp = faults.in("SMTP_URL", () => {
      const address = smtpAddress(url);
      readTlsFiles(address.files);
      return address;
    });
    const dkim = dkimKey(env, mailFrom, faults);
    return smtp ? { kind: "smtp", smtp, dkim } : { kind: "none" };
  })();
  return { mail, mailFrom: mailFrom ?? EXAMPLE_SENDER };
}

const DNS_NAME = /^[a-z0-9-.]+$/i;
const LEAST_BITS = 1024;

function dkimKey(env: NodeJS.ProcessEnv, mailFrom: string | null, faults: Faults): DkimKey | null {
  const { MAIL_DKIM_SELECTOR: selector, MAIL_DKIM_KEY: privateKey } = env;
  const given = env.MAIL_DKIM_DOMAIN ?? mailFrom?.split("@")[1] ?? "";
  const domain = asciiDomain(given) ?? given;
  if (selector === undefined && privateKey === undefined) {
    if (env.MAIL_DKIM_DOMAIN !== undefined)
      faults.add("MAIL_DKIM_DOMAIN", "needs MAIL_DKIM_SELECTOR and MAIL_DKIM_KEY");
    return null;
  }
  if (selector === undefined) faults.add("MAIL_DKIM_SELECTOR", "is required with MAIL_DKIM_KEY");
  else if (!DNS_NAME.test(selector))
    faults.add("MAIL_DKIM_SELECTOR", "must be the part before ._domainkey of the key's name in DNS");
  if (!DNS_NAME.test(domain) || !domain.includes(".")) faults.add("MAIL_DKIM_DOMAIN", "must be a domain: example.org");
  if (privateKey === undefined) faults.add("MAIL_DKIM_KEY", "is required with MAIL_DKIM_SELECTOR");
  else if (!isRsaKey(privateKey))
    faults.add("MAIL_DKIM_KEY", `must be a private RSA key in PEM form, of ${LEAST_BITS} bits at least`);
  return selector === undefined || privateKey === undefined ? null : { domain, selector, privateKey };
}

/** RSA is what nodemailer signs with and every receiver verifies (RFC 8301). */
function isRsaKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return asymmetricKeyType === "rsa" && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS;
  } catch {
    return false;
  }
}
