import type { Log } from "./log.js";
import type { WriteFailure } from "./database/write-probe.js";

export type Readiness = { isReady: true } | { isReady: false; reason: "STOPPING" | WriteFailure };

/** However often a balancer asks, the database is asked once in this time. */
const FRESH_MS = 1000;

/** Whether this instance should receive requests: it can write, and is not about to stop. */
export class ReadinessCheck {
  private isStopping = false;
  private logged: WriteFailure | null = null;
  private last: { at: number; failure: Promise<WriteFailure | null> } | null = null;

  constructor(
    private readonly probe: { failure(): Promise<WriteFailure | null>; close(): void },
    private readonly log: Log,
  ) {}

  /** From now on it is not ready, and will not be again. */
  stop(): void {
    this.isStopping = true;
  }
  close(): void {
    this.probe.close();
  }

  async now(): Promise<Readiness> {
    if (this.isStopping) return { isReady: false, reason: "STOPPING" };
    if (!this.last || performance.now() - this.last.at >= FRESH_MS)
      this.last = { at: performance.now(), failure: this.ask() };
    const reason = await this.last.failure;
    return reason === null ? { isReady: true } : { isReady: false, reason };
  }

  private async ask(): Promise<WriteFailure | null> {
    const reason = await this.probe.failure();
    // Only changes are news.
    if (reason !== this.logged) this.log.warn({ reason }, reason === null ? "ready again" : "not ready");
    return (this.logged = reason);
  }
}
