/** At most `running` at once and `waiting` in line; past that `offer` answers null at once: a refusal is better than an endless wait. */
export class BoundedQueue {
  private running = 0;
  private readonly line: (() => void)[] = [];

  constructor(private readonly limits: { running: number; waiting: number }) {}

  offer<T>(work: () => Promise<T>): Promise<T> | null {
    if (this.running >= this.limits.running && this.line.length >= this.limits.waiting) return null;
    return this.run(work);
  }

  private async run<T>(work: () => Promise<T>): Promise<T> {
    // The one who leaves hands his place to the next in line, so the count stays as it is.
    if (this.running >= this.limits.running) await new Promise<void>((resolve) => this.line.push(resolve));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.line.shift();
      if (next) next();
      else this.running--;
    }
  }
}
