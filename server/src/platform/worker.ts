export interface WorkerNeeds {
  /** Does what is due now. It is never run twice at once. */
  look(): Promise<unknown>;
  /** Is given what a look failed with; the worker goes on. It must not throw. */
  onError(error: unknown): void;
  /** How often it looks without being woken, in milliseconds, since another instance may have left something to do. */
  everyMs: number;
  /** False: the first look comes after the first interval. */
  looksAtStart?: boolean;
}

/**
 * Works beside the requests: looks for what is due when it starts, when it is woken, and every so often. Woken during a look, it looks
 * once more right after it, since that look may have read before the change. The timer's turn is left out then: it knows of nothing new.
 */
export class Worker {
  private readonly end = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isLooking = false;
  private mustLookAgain = false;

  constructor(private readonly needs: WorkerNeeds) {}

  /** Aborted from `stop` on: a long look ends early by it. */
  get stopping(): AbortSignal {
    return this.end.signal;
  }

  /** Once; after the stop it does nothing. */
  start(): void {
    if (this.timer || this.stopping.aborted) return;
    const { everyMs, looksAtStart = true } = this.needs;
    this.timer = setInterval(() => {
      if (!this.isLooking) this.wake();
    }, everyMs).unref();
    if (looksAtStart) this.wake();
  }

  /** There may be something to do. Returns at once; before the start and after the stop it does nothing. */
  wake(): void {
    if (this.timer === null) return;
    this.mustLookAgain = true;
    if (!this.isLooking) this.looking = this.lookUntilDone();
  }

  /** Begins no look any more, and waits for the one under way. */
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
    // In the same moment as the last question whether it was woken, so that no wake-up falls between.
    this.isLooking = false;
  }
}
