import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { Certificates } from "../../testing/certificates.js";
import type { DkimKey } from "../config/mail-settings.js";
import { createSmtp } from "./smtp.js";
import { smtpAddress, type SmtpAddress } from "./smtp-address.js";

interface Received {
  raw: string;
  isEncrypted: boolean;
}
let received: Received[] = [];
let passwords: string[] = [];
const servers: SMTPServer[] = [];
afterEach(async () => {
  [received, passwords] = [[], []];
  for (const server of servers.splice(0)) await new Promise<void>((resolve) => server.close(() => resolve()));
});

async function smtpServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => {
      passwords.push(password ?? "");
      done(null, { user: "anyone" });
    },
    onData: (stream, { secure }, done) => {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString("latin1")));
      stream.on("end", () => {
        received.push({ raw, isEncrypted: secure });
        done();
      });
    },
    ...options,
  });
  // A client that does not trust us breaks its connection.
  server.on("error", () => undefined);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.server.address() as AddressInfo).port;
}

async function send(address: SmtpAddress, dkim: DkimKey | null = null): Promise<string> {
  const smtp = createSmtp(address, { dkim });
  try {
    await smtp.send(
      {
        messageId: "<mail_1@portal.example>",
        from: { name: "Harbor & Pine é", address: "no-reply@portal.example" },
        to: "maya@client.example",
        date: new Date(),
        subject: "Your documents, ready – see them",
        text: "Dear Maya,\n\n.A line that begins with a dot.\n",
        html: "<p>Dear Maya</p>",
        pictures: [],
      },
      new AbortController().signal,
    );
    return "sent";
  } catch (error) {
    return String(error);
  } finally {
    smtp.close();
  }
}

describe("mails on their way to the mail server", () => {
  let certificates: Certificates;
  let own: { cert: string; key: string };
  beforeAll(() => {
    certificates = new Certificates();
    const { cert, key } = certificates.issue("localhost");
    own = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  });
  afterAll(() => certificates.remove());

  /** As for a server on another machine. */
  const required = (url: string): SmtpAddress => ({ ...smtpAddress(url), tls: "required" });

  it("X61 are encrypted by STARTTLS, with a certificate for that host from a trusted authority", async () => {
    const port = await smtpServer(own);
    const url = `smtp://u:p%2Fw@localhost:${port}?tls-ca=${certificates.ca}`;
    expect(await send(required(url))).toBe("sent");
    expect(received.map(({ isEncrypted }) => isEncrypted)).toEqual([true]);
    expect(passwords).toEqual(["p/w"]);
    expect(await send(required(url.replace("localhost", "127.0.0.1")))).toMatch(/altnames/);
    const stranger = new Certificates();
    expect(await send(required(`smtp://u:pw@localhost:${port}?tls-ca=${stranger.ca}`))).toMatch(/certificate/);
    stranger.remove();
    expect(await send(required(`smtp://u:pw@localhost:${port}`))).toMatch(/certificate/);
    expect([received.length, passwords.length]).toEqual([1, 1]);
  });

  it("X61 stay here, like the password, if a server on another machine offers no STARTTLS", async () => {
    const port = await smtpServer({ disabledCommands: ["STARTTLS"] });
    expect(await send(required(`smtp://u:pw@localhost:${port}`))).toMatch(/ETLS|STARTTLS/);
    expect([received, passwords]).toEqual([[], []]);
  });

  it("go in plain text to this machine, or where ignoreTLS=true says so", async () => {
    const port = await smtpServer({ disabledCommands: ["STARTTLS"] });
    expect(await send(smtpAddress(`smtp://127.0.0.1:${port}`))).toBe("sent");
    const offers = await smtpServer(own);
    expect(await send(smtpAddress(`smtp://localhost:${offers}?ignoreTLS=true`))).toBe("sent");
    expect(received.map(({ isEncrypted }) => isEncrypted)).toEqual([false, false]);
  });

  it("go to a relay on this machine with a certificate of its own, unless an authority is named", async () => {
    const port = await smtpServer(own);
    expect(await send(smtpAddress(`smtp://127.0.0.1:${port}`))).toBe("sent");
    expect(received.map(({ isEncrypted }) => isEncrypted)).toEqual([true]);
    expect(await send(smtpAddress(`smtp://127.0.0.1:${port}?tls-ca=${certificates.ca}`))).toMatch(/altnames/);
  });

  it("are encrypted from the first byte over smtps://", async () => {
    const port = await smtpServer({ ...own, secure: true });
    expect(await send(smtpAddress(`smtps://localhost:${port}?tls-ca=${certificates.ca}`))).toBe("sent");
    expect(await send(smtpAddress(`smtps://localhost:${port}`))).toMatch(/certificate/);
    expect(received.map(({ isEncrypted }) => isEncrypted)).toEqual([true]);
  });
});

/** Debian's own, which has Debian's packages. */
const PYTHON = "/usr/bin/python3";

/** dkimpy, which shares no code with what signs. Its answer for a public key that it takes to be in DNS. */
function verify(raw: string, record: string): boolean {
  const program = [
    "import sys, dkim",
    "lookup = lambda name, timeout=5: sys.argv[1].encode() if name == b's1._domainkey.portal.example.' else None",
    "print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=lookup))",
  ];
  const { stdout, stderr } = spawnSync(PYTHON, ["-c", program.join("\n"), record], {
    input: Buffer.from(raw, "latin1"),
    encoding: "utf8",
  });
  if (!/^(?:True|False)\s*$/.test(stdout)) throw new Error(stderr);
  return stdout.startsWith("True");
}

function hasVerifier(): boolean {
  if (spawnSync(PYTHON, ["-c", "import dkim"]).status === 0) return true;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error("python3-dkim is not installed");
  console.warn("SKIPPED: signatures of mails: python3-dkim is not installed");
  return false;
}

(hasVerifier() ? describe : describe.skip)("a mail that is signed with DKIM", () => {
  it("is verified by its receiver, unless anything in it was changed or the key is another", async () => {
    const pair = () =>
      generateKeyPairSync("rsa", {
        modulusLength: 2048,
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
        publicKeyEncoding: { type: "spki", format: "der" },
      });
    const [ours, theirs] = [pair(), pair()];
    const recordOf = (key: Buffer) => `v=DKIM1; k=rsa; p=${key.toString("base64")}`;
    const port = await smtpServer({ disabledCommands: ["STARTTLS"] });
    const dkim = { domain: "portal.example", selector: "s1", privateKey: ours.privateKey };
    expect(await send(smtpAddress(`smtp://localhost:${port}`), dkim)).toBe("sent");
    const raw = received[0]?.raw ?? "";
    expect(raw).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256;/m);
    expect(verify(raw, recordOf(ours.publicKey))).toBe(true);
    expect(verify(raw, recordOf(theirs.publicKey))).toBe(false);
    for (const [from, to] of [
      ["Dear Maya", "Dear Noah"],
      ["no-reply@portal.example", "boss@portal.example"],
      ["To: maya@client.example", "To: noah@client.example"],
      ["Subject: ", "Subject: Re: "],
    ] as const) {
      expect(raw).toContain(from);
      expect(verify(raw.replace(from, to), recordOf(ours.publicKey))).toBe(false);
    }
  });
});
