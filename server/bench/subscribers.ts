import { connect, type Socket } from "node:net";
import { randomBytes } from "node:crypto";

/*
 * Thousands of subscribers in one process: graphql-transport-ws on raw sockets, so that the server is timed and not a
 * client's parsing. All receive the same bytes for the same event, so each text is parsed once.
 */
const FIN_TEXT = 0x81;
const PING = 9;
const TEXT = 1;

function frameOf(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head =
    length < 126 ? Buffer.from([opcode, 0x80 | length]) : Buffer.from([opcode, 0x80 | 126, length >> 8, length & 255]);
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}
const textFrame = (message: object) => frameOf(FIN_TEXT, Buffer.from(JSON.stringify(message)));

/** Reads the frames of one server. */
class Frames {
  private rest: Buffer = Buffer.alloc(0);
  constructor(private readonly onFrame: (opcode: number, payload: Buffer) => void) {}

  take(chunk: Buffer): void {
    let buffer = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    for (;;) {
      if (buffer.length < 2) break;
      let length = (buffer[1] ?? 0) & 127;
      let from = 2;
      if (length === 126) {
        if (buffer.length < 4) break;
        length = buffer.readUInt16BE(2);
        from = 4;
      } else if (length === 127) {
        if (buffer.length < 10) break;
        length = Number(buffer.readBigUInt64BE(2));
        from = 10;
      }
      if (buffer.length < from + length) break;
      this.onFrame((buffer[0] ?? 0) & 15, buffer.subarray(from, from + length));
      buffer = buffer.subarray(from + length);
    }
    this.rest = buffer;
  }
}

interface Told {
  seq: number;
  /** How many subscribers have it. */
  count: number;
}

export class Subscribers {
  private readonly sockets: Socket[] = [];
  private readonly texts = new Map<string, Told>();
  private readonly lastOf: (number | undefined)[] = [];
  private readonly complete = new Map<number, number>();
  private waiting: (() => void) | null = null;
  private fault: Error | null = null;

  private constructor(private readonly port: number) {}

  /**
   * Connects and subscribes everybody, a hundred at a time; resolves when the server has accepted all subscriptions.
   */
  static async open(
    port: number,
    count: number,
    given: { query: string; parametersOf(n: number): object },
  ): Promise<Subscribers> {
    const all = new Subscribers(port);
    for (let from = 0; from < count; from += 100)
      await Promise.all(
        Array.from({ length: Math.min(100, count - from) }, (_, n) =>
          all.connect(from + n, given.query, given.parametersOf(from + n)),
        ),
      );
    return all;
  }
  get size(): number {
    return this.sockets.length;
  }

  /** Waits until everybody has the events up to `seq`; returns when the last of them received that one. */
  async all(seq: number): Promise<number> {
    const startedAt = performance.now();
    while (!this.complete.has(seq)) {
      if (this.fault) throw this.fault;
      if (performance.now() - startedAt > 60_000)
        throw new Error(`event ${seq} has not reached everybody after a minute`);
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
        setTimeout(resolve, 1000).unref();
      });
    }
    return this.complete.get(seq) ?? Number.NaN;
  }
  /** Whether everybody has that event. */
  has(seq: number): boolean {
    return this.complete.has(seq);
  }
  /** The newest event that anybody has seen; null if there was none yet. */
  get newest(): number | null {
    const seqs = [...this.texts.values()].map(({ seq }) => seq);
    return seqs.length === 0 ? null : Math.max(...seqs);
  }
  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private connect(n: number, query: string, parameters: object): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, "127.0.0.1");
      socket.setNoDelay(true);
      this.sockets[n] = socket;
      let isUpgraded = false;
      const fail = (why: string) => {
        this.fault ??= new Error(`subscriber ${n}: ${why}`);
        reject(this.fault);
        this.waiting?.();
      };
      const frames = new Frames((opcode, payload) => {
        if (opcode === PING) return void socket.write(frameOf(0x8a, payload));
        if (opcode !== TEXT) return fail(`the server closed: ${payload.subarray(2).toString()}`);
        const text = payload.toString("latin1");
        if (text.startsWith('{"type":"ping"')) return void socket.write(textFrame({ type: "pong" }));
        if (text.includes('"connection_ack"')) {
          socket.write(textFrame({ id: "1", type: "subscribe", payload: { query } }));
          // The server processes messages in order: its pong proves that the subscription was accepted.
          socket.write(textFrame({ type: "ping" }));
          return undefined;
        }
        if (text.startsWith('{"type":"pong"')) return resolve();
        return this.take(n, text, fail);
      });
      socket.on("data", (chunk: Buffer) => {
        if (isUpgraded) return frames.take(chunk);
        const end = chunk.indexOf("\r\n\r\n");
        if (!chunk.toString("latin1", 0, 12).includes(" 101")) return fail(chunk.toString("latin1", 0, 100));
        isUpgraded = true;
        socket.write(textFrame({ type: "connection_init", payload: parameters }));
        return frames.take(chunk.subarray(end + 4));
      });
      socket.on("error", (error) => fail(error.message));
      socket.write(
        `GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-version: 13\r\n` +
          `sec-websocket-key: ${randomBytes(16).toString("base64")}\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n`,
      );
    });
  }

  /** Each event exactly once, in order, to everybody: anything else ends the run. */
  private take(n: number, text: string, fail: (why: string) => void): void {
    let arrival = this.texts.get(text);
    if (!arrival) {
      const cursor = /"cursor":"([\w-]+)"/.exec(text)?.[1];
      if (cursor === undefined || text.includes('"errors"')) return fail(text.slice(0, 300));
      const [, seq] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [string, number];
      arrival = { seq, count: 0 };
      this.texts.set(text, arrival);
    }
    const last = this.lastOf[n];
    if (last !== undefined && arrival.seq !== last + 1) return fail(`event ${arrival.seq} came after ${last}`);
    this.lastOf[n] = arrival.seq;
    arrival.count++;
    if (arrival.count === this.sockets.length) {
      this.complete.set(arrival.seq, performance.now());
      this.waiting?.();
    }
    return undefined;
  }
}
