import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import type { DataSource } from "typeorm";
import { insertFirm } from "../firms/insert-firm.js";
import { entities, migrations } from "../../entities.js";
import { HttpResponse } from "../../platform/http/http-response.js";
import { KeyRing } from "../../platform/crypto/key-ring.js";
import { openDatabase } from "../../platform/database/database.js";
import { createLog } from "../../platform/log.js";
import { createSmtp, smtpFailureOf } from "../../platform/mail/smtp.js";
import { smtpAddress } from "../../platform/mail/smtp-address.js";
import { Work } from "../work/unit-of-work.js";
import type { MailToSend } from "../work/mail-to-send.js";
import { mailboxHandler } from "./mailbox.http.js";
import { letterHtml } from "./letter.js";
import { MailSender } from "./mail-sender.js";
import { OutboxMail } from "./outbox-mail.entity.js";
import { contentPlace, Outbox } from "./outbox.js";
import { retries, waitAfter } from "./retry-schedule.js";
import { accountConfirmation, invite } from "./account-letters.js";
import { clientRequest } from "./request-letters.js";
import { portalLinks } from "../work/portal-links.js";

interface Received {
  from: string;
  to: string[];
  raw: string;
}

const directory = mkdtempSync(join(tmpdir(), "gatehouse-mail-"));
const file = join(directory, "mail.sqlite");
const keys = new KeyRing([{ id: "k1", key: randomBytes(32) }]);
const outbox = new Outbox(keys);
const log = createLog("silent");
const LINK = "https://portal.example/portal/oak/confirm#token=gmc_secret-token-that-must-not-be-found-in-the-table";
const confirmation = accountConfirmation({ firmName: "Oak & Söhne", link: LINK, expiresInHours: 24 });
const inEnglish = confirmation("EN");

const LEASE = 420_000;
let time = Date.parse("2026-11-24T16:00:00Z");
let dataSource: DataSource;
let work: Work;
let firmId: string;
let senders: MailSender[] = [];
let servers: { close(done: () => void): unknown }[] = [];
let received: Received[] = [];
let onMail: () => void = () => undefined;

beforeAll(async () => {
  dataSource = await openDatabase({ address: { kind: "sqlite", file }, entities, migrations });
  work = new Work({
    dataSource,
    clock: { now: () => time },
    enqueueMail: outbox.enqueue,
    links: () => portalLinks("http://localhost"),
    onEvents: () => undefined,
    onMail: () => onMail(),
  });
  const firm = await work.do((unit) =>
    insertFirm(unit, { slug: "oak", name: 'Oak "&" Söhne\r\nBcc: thief@evil.example', plan: "TEAM" }),
  );
  firmId = firm.id;
});
beforeEach(async () => {
  received = [];
  await work.do((unit) => unit.manager.query("DELETE FROM outbox_mails", []));
});
afterEach(async () => {
  onMail = () => undefined;
  await Promise.all(senders.map((made) => made.stop(AbortSignal.abort())));
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => void server.close(resolve))));
  senders = [];
  servers = [];
});
afterAll(async () => {
  await dataSource.destroy();
  rmSync(directory, { recursive: true });
});

/** A real SMTP server that keeps what it receives, or behaves as the options say. Returns its port. */
async function smtpServer(options: SMTPServerOptions = {}, port = 0): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, done) {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString("utf8")));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({ from: mailFrom ? mailFrom.address : "", to: rcptTo.map(({ address }) => address), raw });
        done();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  servers.push(server);
  return (server.server.address() as AddressInfo).port;
}
function sender(port: number, limits: ConstructorParameters<typeof MailSender>[1] = {}): MailSender {
  const needs = {
    work,
    outbox,
    smtp: createSmtp(smtpAddress(`smtp://127.0.0.1:${port}`)),
    log,
    mailFrom: "no-reply@gatehouse.example",
  };
  const made = new MailSender(needs, { pollEvery: 50, ...limits });
  senders.push(made);
  return made;
}
const post = (to = "maya@client.example", content: MailToSend["content"] = confirmation) =>
  work.do(async (unit) => unit.mail({ firmId, to, content }));
const rows = () => work.reader.find(OutboxMail, { order: { id: "ASC" } });
async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("it did not happen");
}
const allSent = async () => (await rows()).every(({ sentAt }) => sentAt !== null);
const failed = (attempts: number) => async () => {
  const [row] = await rows();
  // Not while it is being sent: then its due time is the end of the lease.
  return row?.attempts === attempts && row.lastFailure !== null && row.nextAttemptAt !== time + LEASE;
};
const quotedPrintable = (text: string) =>
  Buffer.from(
    text
      .replaceAll("=\r\n", "")
      .replaceAll(/=([0-9A-F]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16))),
    "latin1",
  ).toString();
const headers = (raw: string) => raw.slice(0, raw.indexOf("\r\n\r\n"));

describe("a mail", () => {
  it("waits encrypted, arrives in both forms with the firm's name, and its content is then wiped", async () => {
    await post();
    const [waiting] = await rows();
    const written = readFileSync(`${file}-wal`);
    expect(written.includes("maya@client.example")).toBe(true);
    expect(written.includes("secret-token")).toBe(false);
    expect(JSON.stringify(waiting)).not.toContain("secret-token");
    sender(await smtpServer()).start();
    await until(allSent);
    const [mail] = received;
    expect(mail).toMatchObject({ from: "no-reply@gatehouse.example", to: ["maya@client.example"] });
    expect(mail?.raw).toContain(`Message-ID: <${waiting?.id}@gatehouse.example>`);
    expect(mail?.raw).toContain("Auto-Submitted: auto-generated");
    expect(mail?.raw).toMatch(/multipart\/alternative[\s\S]*text\/plain[\s\S]*text\/html/);
    const [sent] = await rows();
    expect(sent).toMatchObject({ encryptedContent: null, lastFailure: null, attempts: 1, sentAt: time });
  });

  it("if an earlier version wrote it, is sent as it was written", async () => {
    await post();
    const [{ id } = { id: "" }] = await rows();
    const earlier = JSON.stringify({ subject: "Hello", text: "In words", html: "<p>As it was</p>" });
    await work.reader.update(OutboxMail, { id }, { encryptedContent: keys.encrypt(earlier, contentPlace(id)) });
    sender(await smtpServer()).start();
    await until(allSent);
    expect(received[0]?.raw).toMatch(/In words[^]*<p>As it was<\/p>/);
  });

  it("is sent at once after its commit", async () => {
    const made = sender(await smtpServer(), { pollEvery: 60_000 });
    made.start();
    onMail = () => made.wake();
    await post();
    await until(() => received.length === 1);
  });

  it("arrives intact in French: accents in the subject, in the text and in the page", async () => {
    const request = { contactName: "Zoé Gagné", title: "Reçus d’été", items: ["Relevé 24"], dueOn: "2026-12-01" };
    const french = clientRequest({ firmName: "Chêne", ...request, link: LINK, expiresInHours: 720 })("FR");
    await post("maya@client.example", french);
    sender(await smtpServer()).start();
    await until(allSent);
    const raw = received[0]?.raw ?? "";
    expect(headers(raw)).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    const unfolded = headers(raw)
      .replaceAll(/\r\n[ \t]+/g, " ")
      .split("\r\n");
    const subject = (unfolded.find((line) => line.startsWith("Subject: ")) ?? "")
      .slice("Subject: ".length)
      .replaceAll("?= =?", "?==?");
    const decoded = subject.replaceAll(/=\?utf-8\?([bq])\?(.*?)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === "b" ? Buffer.from(text, "base64").toString() : quotedPrintable(text.replaceAll("_", " ")),
    );
    expect(decoded).toBe("Chêne vous demande\u00A0: Reçus d’été");
    const [text, html] = raw
      .split(/Content-Type: text\/(?:plain|html); charset=utf-8/i)
      .slice(1)
      .map((part) => {
        const body = part.slice(part.indexOf("\r\n\r\n")).split(/\r\n--/)[0] ?? "";
        return /encoding: base64/i.test(part) ? Buffer.from(body, "base64").toString() : quotedPrintable(body);
      });
    for (const form of [text, html]) expect(form).toContain("Veuillez répondre d’ici le 1er décembre 2026.");
    expect(html).toContain('<html lang="fr-CA">');
  });

  it("cannot carry a header or a recipient that somebody typed", async () => {
    const evil = "Evil\r\nBcc: thief@evil.example\r\n\r\n<img src=x onerror=alert(1)>\u202Etxt";
    await post(
      "maya@client.example",
      clientRequest({
        firmName: evil,
        contactName: evil,
        title: evil,
        items: [evil],
        dueOn: null,
        link: LINK,
        expiresInHours: 720,
      }),
    );
    await expect(post("maya@client.example, thief@evil.example")).rejects.toThrow(/not a normalized address/);
    await expect(post("maya@client.example\r\nRCPT TO:<thief@evil.example>")).rejects.toThrow(
      /not a normalized address/,
    );
    sender(await smtpServer()).start();
    await until(allSent);
    expect(received).toHaveLength(1);
    expect(received[0]?.to).toEqual(["maya@client.example"]);
    expect(headers(received[0]?.raw ?? "")).not.toMatch(/^Bcc:/im);
    const [, text = "", html = ""] = (received[0]?.raw ?? "").split(/Content-Type: text\//);
    expect(text).toContain("<img");
    expect(html).toContain("&lt;img");
    expect(html).not.toContain("<img");
  });
});

describe("a mail server", () => {
  it("that says 'later' gets the mail later, once", async () => {
    let refusals = 2;
    const port = await smtpServer({
      onRcptTo: (_address, _session, done) =>
        refusals-- > 0 ? done(Object.assign(new Error("busy"), { responseCode: 451 })) : done(),
    });
    sender(port).start();
    await post();
    await until(failed(1));
    time += retries.first;
    await until(failed(2));
    expect(received).toEqual([]);
    time += 2 * retries.first;
    await until(allSent);
    expect(received).toHaveLength(1);
  });

  it("that refuses the recipient permanently is not tried again; the mail's content is wiped", async () => {
    const port = await smtpServer({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error(`no such user, see ${LINK}`), { responseCode: 550 })),
    });
    sender(port).start();
    await post();
    await until(failed(1));
    const [row] = await rows();
    expect(row).toMatchObject({ encryptedContent: null, sentAt: null });
    expect(row?.lastFailure).toContain("550");
    expect(row?.lastFailure).not.toContain("secret-token");
    time += retries.giveUpAfter;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await rows())[0]?.attempts).toBe(1);
  });

  it("that takes addresses beyond ASCII before the @ (SMTPUTF8) gets them", async () => {
    sender(await smtpServer()).start();
    await post("zoë@bücher.example");
    await until(allSent);
    // The test's server shows the domain decoded.
    expect(received[0]?.to).toEqual(["zoë@bücher.example"]);
  });

  it("that does not take them is asked once, and the operator can read why", async () => {
    const port = await smtpServer({
      hideSMTPUTF8: true,
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith("zoë")
          ? done(Object.assign(new Error("5.6.7 SMTPUTF8 required"), { responseCode: 553 }))
          : done(),
    });
    sender(port).start();
    await post("zoë@bücher.example");
    await until(failed(1));
    const [row] = await rows();
    expect(row).toMatchObject({ encryptedContent: null, sentAt: null });
    expect(row?.lastFailure).toContain("SMTPUTF8 required");
    // The domain alone needs nothing of a server.
    await post("info@bücher.example");
    await until(async () => received.length === 1);
  });

  it("that is down loses nothing, and gets one mail each when it is back", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const made = sender(port);
    made.start();
    onMail = () => made.wake();
    for (let n = 0; n < 20; n++) await post(`client${n}@mail.example`);
    await until(async () => (await rows()).every(({ lastFailure }) => lastFailure !== null));
    await smtpServer({}, port);
    time += retries.longest;
    await until(allSent);
    expect(received.map(({ to }) => to[0]).toSorted()).toEqual(
      Array.from({ length: 20 }, (_, n) => `client${n}@mail.example`).toSorted(),
    );
  });

  it("that is slow is waited for: one mail", async () => {
    const port = await smtpServer({
      onConnect: (_session, done) => void setTimeout(done, 700),
      onRcptTo: (_address, _session, done) => void setTimeout(done, 700),
    });
    sender(port).start();
    await post();
    await until(allSent);
    expect(received).toHaveLength(1);
  });

  it("that hangs is cut off; the mail waits, and the process can stop", async () => {
    const sockets: Socket[] = [];
    const hanging: Server = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
    const { port } = hanging.address() as AddressInfo;
    const made = sender(port, { deadline: 300, atOnce: 2 });
    made.start();
    await Promise.all(Array.from({ length: 5 }, (_, n) => post(`client${n}@mail.example`)));
    await until(async () => (await rows()).every(({ lastFailure }) => lastFailure !== null));
    expect((await rows()).every(({ sentAt, encryptedContent }) => sentAt === null && encryptedContent !== null)).toBe(
      true,
    );
    await made.stop(AbortSignal.abort());
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => hanging.close(resolve));
  });
});

describe("two instances", () => {
  it("send each mail once", async () => {
    const port = await smtpServer();
    await Promise.all(Array.from({ length: 30 }, (_, n) => post(`client${n}@mail.example`)));
    const both = [sender(port), sender(port)];
    for (const made of both) made.start();
    await until(allSent);
    expect(received).toHaveLength(30);
    expect(new Set(received.map(({ to }) => to[0])).size).toBe(30);
  });

  it("a mail that a crash left claimed falls due again when its lease ends", async () => {
    await post();
    await work.do((unit) =>
      unit.manager.query("UPDATE outbox_mails SET nextAttemptAt = ?, attempts = 1", [time + LEASE]),
    );
    sender(await smtpServer()).start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(received).toEqual([]);
    time += LEASE;
    await until(allSent);
    expect(received).toHaveLength(1);
  });
});

const permanent = (code: string, command: string, responseCode: number) =>
  smtpFailureOf({ code, command, responseCode }).isPermanent;

describe("trying again", () => {
  it("waits longer each time, up to a quarter of an hour, for five days", () => {
    expect([1, 2, 3, 50].map((n) => waitAfter(n, 0, () => 0))).toEqual([10_000, 20_000, 40_000, 900_000]);
    expect(waitAfter(3, 0, () => 1)).toBe(32_000);
    expect(waitAfter(3, retries.giveUpAfter)).toBeNull();
  });

  it("is given up only for a refused mail, not for a login that the operator must repair", () => {
    expect(permanent("EENVELOPE", "RCPT TO", 550)).toBe(true);
    expect(permanent("EMESSAGE", "DATA", 554)).toBe(true);
    expect(permanent("EMESSAGE", "DATA", 452)).toBe(false);
    expect(permanent("EAUTH", "AUTH PLAIN", 535)).toBe(false);
    expect(permanent("EENVELOPE", "RCPT TO", 530)).toBe(false);
    expect(permanent("EENVELOPE", "MAIL FROM", 553)).toBe(false);
    expect(permanent("EPROTOCOL", "CONN", 554)).toBe(false);
  });
});

describe("the development mailbox", () => {
  it("returns the mails to an address, newest first, and shows them as text", async () => {
    await post(
      "maya@client.example",
      invite({
        firmName: "Oak",
        contactName: "<b>Maya</b>",
        message: "See you\n<script>alert(1)</script>",
        link: LINK,
        expiresInHours: 168,
      }),
    );
    time += 1000;
    await post();
    await post("noah@client.example");
    const { createServer: createHttp } = await import("node:http");
    const handle = mailboxHandler(work, outbox);
    const http = createHttp(
      { ServerResponse: HttpResponse },
      (request, response: HttpResponse) => void handle(request, response),
    );
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    servers.push(http);
    const at = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const mails = (await (await fetch(`${at}/mailbox.json?to=Maya%40client.example`)).json()) as unknown[];
    expect(mails).toHaveLength(2);
    expect(mails[0]).toEqual({
      to: "maya@client.example",
      subject: inEnglish.subject,
      text: inEnglish.text,
      html: letterHtml(inEnglish.letter, null),
      links: [LINK],
      sentAt: new Date(time).toISOString(),
    });
    const page = await (await fetch(`${at}/mailbox`)).text();
    expect(page).not.toContain("<script>");
    expect(page).toContain(`<a href="${LINK}">`);
    expect((await fetch(`${at}/mailbox`, { method: "POST" })).status).toBe(405);
    http.closeAllConnections();
  });
});
