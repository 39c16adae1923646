import { fstatSync, write as writeFile } from "node:fs";
import type { DestinationStream } from "pino";

/** How much may wait for a slow or full output: some thousands of lines. Whatever comes then is dropped. */
const WAITING_BYTES = 1_000_000;

/** Where lines go to in the end: calls back once all of it is written, or cannot be. Never waits itself. */
export interface LogTarget {
  write(chunk: Buffer, done: (error: Error | null) => void): void;
  /** A write under way holds a thread of the process, which would wait for it at its end. */
  holdsThread: boolean;
}

const ignore = () => undefined;

/**
 * The process' standard output without waiting. A pipe that nobody reads takes nothing more, and a full device refuses; pino's own
 * destination then sleeps and tries again within the call (sonic-boom, EAGAIN), so that the server answers nobody.
 */
export function standardOutput(): LogTarget {
  const status = fstatSync(1);
  if (status.isFIFO() || status.isSocket()) {
    // Node's stream of a pipe never blocks. It tells a reader who is gone by an event too, which would end the process.
    process.stdout.off("error", ignore).on("error", ignore);
    return {
      holdsThread: false,
      write: (chunk, done) => void process.stdout.write(chunk, (error) => done(error ?? null)),
    };
  }
  return { holdsThread: true, write: writeWhole };
}

/** To files, devices and terminals, by a thread: a write may come back with a part done. */
function writeWhole(chunk: Buffer, done: (error: Error | null) => void): void {
  writeFile(1, chunk, (error, written) => {
    if (error || written === chunk.length) done(error);
    else writeWhole(chunk.subarray(written), done);
  });
}

/**
 * Takes lines and never waits for the output: one write is under way, some lines wait for it, and more are dropped and counted. A line
 * of its own says how many, once the output takes lines again.
 */
export class LogOutput implements DestinationStream {
  private waiting: string[] = [];
  private waitingBytes = 0;
  private isWriting = false;
  /** Of those dropped: the ones that the log has not told yet. */
  private untold = 0;
  private dropped = 0;
  private idle: (() => void)[] = [];

  constructor(
    private readonly target: LogTarget,
    private readonly limitBytes = WAITING_BYTES,
  ) {}

  /** Lines lost since the start. */
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

  /** Waits until everything is written, at most so long; whether it is. */
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
  /** Whether the process can end while a write is under way. */
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
    const told = this.untold;
    if (told > 0) lines.unshift(notice(told));
    this.waiting = [];
    this.waitingBytes = 0;
    this.isWriting = true;
    this.target.write(Buffer.from(lines.join("")), (error) => {
      this.isWriting = false;
      if (error) this.drop(lines.length - (told > 0 ? 1 : 0));
      else this.untold -= told;
      this.next();
    });
  }

  private drop(lines: number): void {
    this.dropped += lines;
    this.untold += lines;
  }
}

const notice = (dropped: number): string =>
  `${JSON.stringify({ level: 40, time: new Date().toISOString(), dropped, msg: "log lines were dropped: the output did not take them" })}\n`;
