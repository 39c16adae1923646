import { connect, type Socket } from "node:net";

/*
 * A load generator on raw sockets: one request at a time on each of a few kept-alive connections. It is our own because
 * each request has its own body and session (sessions have a budget, a link is claimed once), because it must leave the
 * two cores to what is measured, and because it needs no install.
 */
export interface Request {
  path?: string;
  method?: "GET" | "POST";
  token?: string;
  headers?: Record<string, string>;
  body?: object;
}
export interface Answer {
  status: number;
  head: string;
  body: Buffer;
}

const PATIENCE_MS = 60_000;

export class Connection {
  private buffer: Buffer = Buffer.alloc(0);
  /** The server may close a connection that was idle for some seconds. */
  isClosed = false;
  private waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    const fail = () => {
      this.isClosed = true;
      this.waiting?.reject(new Error("the server closed the connection"));
    };
    socket.on("error", fail);
    socket.on("close", fail);
  }
  static async open(port: number): Promise<Connection> {
    const socket = connect(port, "127.0.0.1");
    await new Promise((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new Connection(socket);
  }

  send({ path = "/graphql", method = "POST", token, headers = {}, body }: Request): Promise<Answer> {
    const text = body === undefined ? "" : JSON.stringify(body);
    const given = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    const authorization = token === undefined ? "" : `authorization: Bearer ${token}\r\n`;
    const content =
      body === undefined ? "" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`no answer within ${PATIENCE_MS / 1000} s: ${text.slice(-200)}`));
        this.close();
      }, PATIENCE_MS);
      this.waiting = {
        resolve: (answer) => {
          clearTimeout(late);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(late);
          reject(error);
        },
      };
      this.socket.write(
        `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}${given.join("")}${content}\r\n${text}`,
      );
    });
  }
  close(): void {
    this.waiting = null;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const answer = readAnswer(this.buffer);
    if (!answer) return;
    this.buffer = Buffer.alloc(0);
    const { waiting } = this;
    this.waiting = null;
    waiting?.resolve(answer);
  }
}

function readAnswer(buffer: Buffer): Answer | null {
  const end = buffer.indexOf("\r\n\r\n");
  if (end === -1) return null;
  const head = buffer.toString("latin1", 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    if (buffer.length < end + 4 + Number(length)) return null;
    return { status, head, body: buffer.subarray(end + 4, end + 4 + Number(length)) };
  }
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return { status, head, body: Buffer.alloc(0) };
  const parts: Buffer[] = [];
  for (let at = end + 4; ;) {
    const line = buffer.indexOf("\r\n", at);
    if (line === -1) return null;
    const size = Number.parseInt(buffer.toString("latin1", at, line), 16);
    if (buffer.length < line + 2 + size + 2) return null;
    if (size === 0) return { status, head, body: Buffer.concat(parts) };
    parts.push(buffer.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}

/** Throws if a response is not what was requested: a fast refusal is no result. */
export function mustBeGood({ status, body }: Answer): void {
  if (status >= 400 || body.includes('"errors"'))
    throw new Error(`answered ${status}: ${body.toString().slice(0, 500)}`);
}

export interface Load {
  port: number;
  connections: number;
  /** The n-th request; null if none is left. */
  request(n: number): Request | null;
  check?(answer: Answer): void;
}
export interface Measured {
  count: number;
  perSecond: number;
  p50: number;
  p99: number;
}

const percentile = (sorted: number[], share: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
const measured = (times: number[], seconds: number): Measured => {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    count: times.length,
    perSecond: times.length / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
  };
};

async function withConnections<T>({ port, connections }: Load, use: (all: Connection[]) => Promise<T>): Promise<T> {
  const all = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  try {
    return await use(all);
  } finally {
    for (const connection of all) connection.close();
  }
}

/** Each connection sends its next request as soon as it is answered: measures capacity. `isOver` may end it early. */
export function closedLoop(load: Load, seconds: number, isOver: () => boolean = () => false): Promise<Measured> {
  return withConnections(load, async (all) => {
    const times: number[] = [];
    const startedAt = performance.now();
    let n = 0;
    await Promise.all(
      all.map(async (connection) => {
        while (performance.now() - startedAt < seconds * 1000 && !isOver()) {
          const request = load.request(n++);
          if (request === null) break;
          const sentAt = performance.now();
          (load.check ?? mustBeGood)(await connection.send(request));
          times.push(performance.now() - sentAt);
        }
      }),
    );
    return measured(times, (performance.now() - startedAt) / 1000);
  });
}

/**
 * Sends a fixed number of requests per second regardless of responses. Time counts from when a request was due, so that
 * waiting is included.
 */
export function openLoop(load: Load, seconds: number, perSecond: number): Promise<Measured> {
  return withConnections(load, async (all) => {
    const times: number[] = [];
    const startedAt = performance.now();
    const total = Math.floor(seconds * perSecond);
    let n = 0;
    await Promise.all(
      all.map(async (connection) => {
        for (let mine = n++; mine < total; mine = n++) {
          const dueAt = startedAt + (mine / perSecond) * 1000;
          const early = dueAt - performance.now();
          if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
          const request = load.request(mine);
          if (request === null) break;
          (load.check ?? mustBeGood)(await connection.send(request));
          times.push(performance.now() - dueAt);
        }
      }),
    );
    return measured(times, seconds);
  });
}

/** A single request. */
export async function ask(port: number, request: Request): Promise<Answer> {
  const connection = await Connection.open(port);
  try {
    return await connection.send(request);
  } finally {
    connection.close();
  }
}
