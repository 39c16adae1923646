import { createTransport, type Transporter } from "nodemailer";
import { MINUTE_MS, asciiEmail } from "@gatehouse/shared";
import { readTlsFiles } from "../config/address.js";
import type { DkimKey } from "../config/mail-settings.js";
import type { SmtpAddress } from "./smtp-address.js";

/** One mail, ready to send. Each address is single and validated: nothing is parsed from text here. */
interface SmtpMessage {
  messageId: string;
  from: { name: string; address: string };
  to: string;
  date: Date;
  subject: string;
  text: string;
  html: string;
  /**
   * Pictures that the HTML refers to as `cid:<id>`. They are part of the mail, so that nothing is fetched from the
   * network.
   */
  pictures: readonly { id: string; fileName: string; contentType: string; content: Buffer }[];
}

/**
 * How long a server may take, in milliseconds. It is better to wait for a slow one: giving up after it accepted the
 * mail would mean a second mail.
 */
export interface SmtpPatience {
  connect: number;
  greeting: number;
  /** Between two replies. */
  silence: number;
}
const patience: SmtpPatience = { connect: 2 * MINUTE_MS, greeting: MINUTE_MS, silence: 2 * MINUTE_MS };

/** The server did not accept the mail. */
export class SmtpFailure extends Error {
  constructor(
    /** What to store: a code and the server's words, without anything that looks like a link or a secret. */
    readonly summary: string,
    /** The recipient or the mail was refused permanently (5xx): a retry would get the same reply. */
    readonly isPermanent: boolean,
  ) {
    super(summary);
  }
}

export interface Smtp {
  /** Resolves once the server has accepted the mail; throws SmtpFailure. `signal` cuts the connection. */
  send(message: SmtpMessage, signal: AbortSignal): Promise<void>;
  /** Connects, greets, and signs in if the URL has a password, without sending anything; throws SmtpFailure. */
  verify(): Promise<void>;
  close(): void;
}

const SUMMARY_LENGTH = 300;
/** Our own login or permissions failed, not the mail. It can be sent once the operator has repaired them. */
const LOGIN_REPLIES = [530, 534, 535, 538];

interface NodemailerError {
  code?: string;
  command?: string;
  responseCode?: number;
  response?: string;
  message?: string;
}

/**
 * A refusal of the recipient or the content. A refusal of the connection, the login or the sender is for the operator
 * to repair.
 */
const isPermanent = ({ code, command, responseCode = 0 }: NodemailerError): boolean =>
  (code === "EENVELOPE" && command === "API") ||
  ((code === "EENVELOPE" || code === "EMESSAGE") &&
    (command === "RCPT TO" || command === "DATA") &&
    responseCode >= 500 &&
    responseCode < 600 &&
    // 503 concerns the order of commands: the same mail may succeed on a new connection.
    responseCode !== 503 &&
    !LOGIN_REPLIES.includes(responseCode));

/** A mail server may quote what it refuses. */
const withoutSecrets = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .replaceAll(/\bhttps?:\/\/\S+/gi, "[address]")
    .replaceAll(/[\w-]{24,}/g, "[...]")
    .slice(0, SUMMARY_LENGTH);

export function smtpFailureOf(error: unknown): SmtpFailure {
  const given = (error ?? {}) as NodemailerError;
  const words = given.response ?? given.message ?? "failed";
  return new SmtpFailure(
    withoutSecrets(`${given.code ?? "ERROR"}${given.command ? ` at ${given.command}` : ""}: ${words}`),
    isPermanent(given),
  );
}

/**
 * Sends through a mail server, as its address says how. Each mail has its own connection, so that a broken one holds up
 * no other. `dkim`: signs every mail. Reads the TLS files; throws SettingFault.
 */
export function createSmtp(
  address: SmtpAddress,
  { dkim = null, ...given }: Partial<SmtpPatience> & { dkim?: DkimKey | null } = {},
): Smtp {
  const times = { ...patience, ...given };
  const { host, port, user, password, tls, name } = address;
  const transporter: Transporter = createTransport({
    host,
    port,
    ...(user === "" ? {} : { auth: { user, pass: password } }),
    ...(name === null ? {} : { name }),
    secure: tls === "implicit",
    requireTLS: tls === "required",
    ignoreTLS: tls === "none",
    // A relay on this machine usually has a certificate that it made itself, and nobody is in between.
    tls: { ...readTlsFiles(address.files), rejectUnauthorized: tls !== "offered" || address.files.ca !== null },
    ...(dkim === null
      ? {}
      : { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }),
    connectionTimeout: times.connect,
    greetingTimeout: times.greeting,
    socketTimeout: times.silence,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ pictures, ...message }, signal) {
      const [from, to] = [{ ...message.from, address: asciiEmail(message.from.address) }, asciiEmail(message.to)];
      try {
        await transporter.sendMail({
          ...message,
          attachments: pictures.map(({ id, fileName, contentType, content }) => ({
            cid: id,
            filename: fileName,
            contentType,
            content,
            contentDisposition: "inline" as const,
          })),
          from,
          to: { name: "", address: to },
          envelope: { from: from.address, to: [to] },
          // RFC 3834: keeps auto-responders from replying.
          headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
          signal,
        });
      } catch (error) {
        throw smtpFailureOf(error);
      }
    },
    async verify() {
      try {
        await transporter.verify();
      } catch (error) {
        throw smtpFailureOf(error);
      }
    },
    close: () => transporter.close(),
  };
}
