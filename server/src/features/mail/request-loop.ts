import type { Log } from "../../platform/log.js";

const POLL_MS = 2000;

/** Works off rows that wait for it: when woken, and every two seconds, since another instance may have written them. */
export class RequestLoop {
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private isWoken = false;

  /** `workOffSome` answers whether there may be more. */
  constructor(
    private readonly log: Log,
    private readonly workOffSome: () => Promise<boolean>,
  ) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.running;
  }
  wake(): void {
    this.isWoken = true;
    this.running ??= this.run().finally(() => (this.running = null));
  }

  private async run(): Promise<void> {
    while (this.isWoken) {
      this.isWoken = false;
      try {
        if (await this.workOffSome()) this.isWoken = true;
      } catch (error) {
        this.log.error({ err: error }, "requests for mail wait for the next try");
      }
    }
  }
}
