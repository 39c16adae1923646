import { asServer } from "./database/readers.js";
import { outsideScopes } from "./scoped-value.js";

/** Runs `then` when the signal aborts, at once if it already has. */
export function whenAborted(signal: AbortSignal, then: () => void): void {
  if (signal.aborted) then();
  else signal.addEventListener("abort", then, { once: true });
}

export interface WorkerNeeds {
  /** Does what is due now. Never runs twice at once. */
  look(): Promise<unknown>;
  /** Receives the error of a failed look; the worker continues. Must not throw. */
  onError(error: unknown): void;
  /** How often it looks without being woken, in milliseconds: another instance may have left work. */
  everyMs: number;
  /** False: the first look comes after the first interval. */
  looksAtStart?: boolean;
}

/**
 * Does background work: looks for due work when it starts, when it is woken, and at an interval. If woken during a
 * look, it looks again right afterwards, since the current look may have read before the change. The timer is skipped
 * meanwhile: it brings no news.
 */
export class Worker {
  private readonly end = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;
  private mustLookAgain = false;

  constructor(private readonly needs: WorkerNeeds) {}

  /** Aborted when `stop` is called, so that a long look can end early. */
  get stopping(): AbortSignal {
    return this.end.signal;
  }

  /** May be called once; does nothing after `stop`. */
  start(): void {
    if (this.timer || this.stopping.aborted) return;
    const { everyMs, looksAtStart = true } = this.needs;
    this.timer = setInterval(() => {
      if (!this.isLooking) this.wake();
    }, everyMs).unref();
    if (looksAtStart) this.wake();
  }

  /** Announces that there may be work. Returns at once; does nothing before `start` and after `stop`. */
  wake(): void {
    if (this.timer === null) return;
    this.mustLookAgain = true;
    // Work that a request wakes is not part of the request.
    if (!this.isLooking) this.looking = outsideScopes(() => asServer(() => this.lookUntilDone()));
  }

  /** Starts no more looks, and waits for the current one. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    this.end.abort();
    await this.looking;
  }

  private async lookUntilDone(): Promise<void> {
    this.isLooking = true;
    while (this.mustLookAgain && !this.stopping.aborted) {
      this.mustLookAgain = false;
      try {
        await this.needs.look();
      } catch (error) {
        this.needs.onError(error);
      }
    }
    // Set in the same tick as the last check for a wake-up, so that none can slip in between.
    this.isLooking = false;
  }
}
