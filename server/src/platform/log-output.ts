import { fstatSync, write as writeFile } from "node:fs";
import type { DestinationStream } from "pino";

/** How much may be queued for a slow or full output: a few thousand lines. Lines beyond that are dropped. */
const WAITING_BYTES = 1_000_000;

/** Where lines finally go. It calls back once a chunk is written completely or has failed, and never blocks. */
export interface LogTarget {
  write(chunk: Buffer, done: (error: Error | null) => void): void;
  /** A pending write holds a thread, for which the process would wait at exit. */
  holdsThread: boolean;
}

const ignore = () => undefined;

/**
 * The process' standard output, without blocking. A pipe that nobody reads accepts nothing more, and a full device
 * refuses writes; pino's own destination then sleeps and retries within the call (sonic-boom, EAGAIN), during which the
 * server answers nobody.
 */
export function standardOutput(): LogTarget {
  // As big integers: after an ordinary stat of a pipe, Node 20's realpath (statValues in lib/fs.js) leaves links as they
  // are, and packages that are imported later do not find their own dependencies.
  const status = fstatSync(1, { bigint: true });
  if (status.isFIFO() || status.isSocket()) {
    // Node's stream of a pipe never blocks. When the reader is gone it also emits an event, which would end the
    // process.
    process.stdout.off("error", ignore).on("error", ignore);
    return {
      holdsThread: false,
      write: (chunk, done) => void process.stdout.write(chunk, (error) => done(error ?? null)),
    };
  }
  return { holdsThread: true, write: writeWhole };
}

/** Writes to files, devices and terminals use a thread; a write may be partial. */
function writeWhole(chunk: Buffer, done: (error: Error | null) => void): void {
  writeFile(1, chunk, (error, written) => {
    if (error || written === chunk.length) done(error);
    else writeWhole(chunk.subarray(written), done);
  });
}

/**
 * Accepts lines and never waits for the output: one write is in progress, some lines are queued, and more are dropped
 * and counted. A line of its own reports how many, once the output accepts lines again.
 */
export class LogOutput implements DestinationStream {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private isWriting = false;
  /** Dropped lines that the log has not reported yet. */
  private unreported = 0;
  private dropped = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly target: LogTarget,
    private readonly limitBytes = WAITING_BYTES,
  ) {}

  /** Lines dropped since the start. */
  get droppedLines(): number {
    return this.dropped;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.waitingBytes + bytes > this.limitBytes) return this.drop(1);
    this.waiting.push(line);
    this.waitingBytes += bytes;
    this.next();
    return undefined;
  }

  /** Waits until everything is written, up to the limit; returns whether it is. */
  async flush(limitMs: number): Promise<boolean> {
    if (!this.isWriting) return true;
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), limitMs);
      this.idle.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
  /** Whether the process can exit while a write is in progress. */
  get canEnd(): boolean {
    return !this.isWriting || !this.target.holdsThread;
  }

  private next(): void {
    if (this.isWriting) return;
    if (this.waiting.length === 0) {
      for (const then of this.idle.splice(0)) then();
      return;
    }
    const lines = this.waiting;
    const reported = this.unreported;
    if (reported > 0) lines.unshift(notice(reported));
    this.waiting = [];
    this.waitingBytes = 0;
    this.isWriting = true;
    this.target.write(Buffer.from(lines.join("")), (error) => {
      this.isWriting = false;
      if (error) this.drop(lines.length - (reported > 0 ? 1 : 0));
      else this.unreported -= reported;
      this.next();
    });
  }

  private drop(lines: number): void {
    this.dropped += lines;
    this.unreported += lines;
  }
}

const notice = (dropped: number): string =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), dropped, msg: "log lines were dropped: the output did not accept them" })}\n`;
