import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { Redis } from "ioredis";
import { createConnection } from "mysql2/promise";
import { SMTPServer } from "smtp-server";
import { freePort } from "./server-process.js";

export interface SunkMail {
  id: string;
  to: string;
  subject: string;
  text: string;
  /** As it came, a character for each byte. */
  raw: string;
}

const decode = (quoted: string): string =>
  Buffer.from(
    quoted
      .replaceAll("=\r\n", "")
      .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

/** A real SMTP server that keeps what it accepts. */
export class SmtpSink {
  readonly mails: SunkMail[] = [];
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, { envelope }, done) => {
      let raw = "";
      stream.on("data", (chunk: Buffer) => (raw += chunk.toString("latin1")));
      stream.on("end", () => {
        const header = raw.slice(0, raw.indexOf("\r\n\r\n")).replaceAll(/\r\n[ \t]+/g, " ");
        const named = (name: string) =>
          header
            .split("\r\n")
            .find((line) => line.startsWith(`${name}: `))
            ?.slice(name.length + 2) ?? "";
        const plain = raw.split("Content-Type: text/")[1] ?? "";
        this.mails.push({
          id: named("Message-ID"),
          to: envelope.rcptTo[0]?.address ?? "",
          subject: named("Subject"),
          text: decode(plain.slice(plain.indexOf("\r\n\r\n") + 4)),
          raw,
        });
        done();
      });
    },
  });

  private constructor() {
    // A killed client breaks its connection.
    this.server.on("error", () => undefined);
  }
  static async start(): Promise<SmtpSink> {
    const sink = new SmtpSink();
    await new Promise<void>((resolve) => sink.server.listen(0, "127.0.0.1", resolve));
    return sink;
  }
  get url(): string {
    return `smtp://127.0.0.1:${(this.server.server.address() as AddressInfo).port}`;
  }
  /** The newest mail to an address whose subject matches. */
  find(to: string, subject: RegExp): SunkMail | undefined {
    return this.mails.findLast((mail) => mail.to === to && subject.test(mail.subject));
  }
  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

export interface Arrival {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A receiver of webhooks. `answer` returns the status to respond with, or "cut" to accept the delivery and then break
 * the connection.
 */
export class WebhookReceiver {
  private constructor(private readonly server: Server) {}

  static async start(answer: (arrival: Arrival) => number | "cut"): Promise<WebhookReceiver> {
    const server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const status = answer({ path: request.url ?? "", headers: request.headers, body });
        if (status === "cut") request.socket.destroy();
        else response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new WebhookReceiver(server);
  }
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Our own daemon, which tests may break without affecting anybody else. */
export abstract class OwnService {
  private child: ChildProcess | null = null;
  protected readonly directory = mkdtempSync(join(tmpdir(), "gatehouse-service-"));

  protected constructor(readonly port: number) {}
  protected abstract command(): [file: string, args: string[]];

  async start(): Promise<void> {
    const child = spawn(...this.command(), { stdio: "ignore", cwd: this.directory });
    child.once("exit", () => (this.child = null));
    this.child = child;
    for (let tries = 0; tries < 1200; tries++) {
      if (await isListening(this.port)) return;
      await wait(50);
    }
    throw new Error(`nothing listens on port ${this.port}`);
  }
  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }
  async end(signal: "SIGKILL" | "SIGTERM" = "SIGTERM"): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGCONT");
    child.kill(signal);
    await gone;
  }
  async stop(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Whether the program is installed. If not, the test is skipped with a warning, or fails if `REQUIRE_SERVICES=1`. */
export function hasProgram(name: string, whatIsSkipped: string): boolean {
  if (spawnSync(name, ["--version"]).status === 0) return true;
  if (process.env.REQUIRE_SERVICES === "1") throw new Error(`${name} is not installed`);
  console.warn(`SKIPPED: ${whatIsSkipped}: ${name} is not installed`);
  return false;
}

async function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host, () => {
      socket.destroy();
      resolve(true);
    }).on("error", () => resolve(false));
  });
}

export class OwnRedis extends OwnService {
  /** `more`: further options of its program. */
  static async start(...more: string[]): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort(), more);
    await redis.start();
    return redis;
  }
  protected constructor(
    port: number,
    private readonly more: readonly string[] = [],
  ) {
    super(port);
  }
  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }
  /** Deletes everything. */
  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }
  /** Every key with its content. */
  async everything(): Promise<string> {
    return this.ask(async (redis) => {
      const keys = await redis.keys("*");
      return (await Promise.all(keys.map(async (key) => `${key} ${(await redis.dump(key)) ?? ""}`))).join("\n");
    });
  }
  /** How many clients listen on a channel. */
  async listeners(channel: string): Promise<number> {
    return Number((await this.ask((redis) => redis.pubsub("NUMSUB", channel)))[1]);
  }
  async ask<T>(what: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url);
    try {
      return await what(redis);
    } finally {
      redis.disconnect();
    }
  }
  protected command(): [string, string[]] {
    return [
      "redis-server",
      ["--port", this.port.toString(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", ...this.more],
    ];
  }
}

/** MariaDB runs as root only if it is asked to. */
const asRoot = process.getuid?.() === 0 ? ["--user=root"] : [];

/** Our own MariaDB, with the database `gatehouse` and a user that owns it (and nothing else). */
export class OwnMariadb extends OwnService {
  /** `more`: further options of its program. */
  static async start(...more: string[]): Promise<OwnMariadb> {
    const mariadb = new OwnMariadb(await freePort(), more);
    const options = [
      "--no-defaults",
      `--datadir=${mariadb.data}`,
      "--auth-root-authentication-method=normal",
      "--skip-test-db",
      ...asRoot,
    ];
    // A MariaDB that starts deletes the temporary tables that it finds, also those of another one in the same directory.
    const env = { ...process.env, TMPDIR: mariadb.directory };
    const { status, stderr } = spawnSync("mariadb-install-db", options, { env });
    if (status !== 0) throw new Error(`mariadb-install-db failed: ${stderr.toString()}`);
    await mariadb.start();
    await mariadb.asRoot(
      "CREATE DATABASE gatehouse",
      "CREATE USER gatehouse@'127.0.0.1' IDENTIFIED BY 'secret'",
      "GRANT ALL ON gatehouse.* TO gatehouse@'127.0.0.1'",
    );
    return mariadb;
  }
  private constructor(
    port: number,
    private readonly more: readonly string[],
  ) {
    super(port);
  }
  private get data(): string {
    return join(this.directory, "data");
  }
  get url(): string {
    return `mysql://gatehouse:secret@127.0.0.1:${this.port}/gatehouse`;
  }
  protected command(): [string, string[]] {
    return [
      "mariadbd",
      [
        "--no-defaults",
        `--datadir=${this.data}`,
        `--port=${this.port}`,
        "--bind-address=127.0.0.1",
        `--socket=${join(this.directory, "mariadb.sock")}`,
        "--skip-name-resolve",
        `--tmpdir=${this.directory}`,
        ...asRoot,
        ...this.more,
      ],
    ];
  }
  /** Runs the statements as the database's administrator; returns the result of the last one. */
  async asRoot(...statements: string[]): Promise<unknown> {
    const connection = await createConnection({ host: "127.0.0.1", port: this.port, user: "root", disableEval: true });
    try {
      let answer: unknown;
      for (const statement of statements) [answer] = await connection.query(statement);
      return answer;
    } finally {
      await connection.end();
    }
  }
}
