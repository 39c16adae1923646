import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";

/** How long a reading stays fresh, how long a scrape waits for a new one, and how long an old one still counts. */
const FRESH_MS = 5000;
const PATIENCE_MS = 1000;
const COUNTS_MS = 30_000;

/** Upper bounds, in seconds, of the histograms of what people or receivers wait for. */
export const WAITS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * What /metrics reports about the process; features add their own. `droppedLogLines` returns how many lines the log's
 * output did not accept, `version` is Gatehouse's own.
 */
export function createMetrics({
  droppedLogLines,
  version,
}: {
  droppedLogLines(this: void): number;
  version: string;
}): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // Which flaws of Node a server has is nobody's business; the deployment knows what it installed.
  metrics.removeSingleMetric("nodejs_version_info");
  new Gauge({
    name: "gatehouse_build_info",
    help: "The version that runs; always 1.",
    labelNames: ["version"],
    registers: [metrics],
  }).set({ version }, 1);
  metrics.registerMetric(
    new Counter({
      name: "gatehouse_log_lines_dropped_total",
      help: "Log lines that the output did not accept.",
      registers: [],
      collect() {
        this.reset();
        this.inc(droppedLogLines());
      },
    }),
  );
  return metrics;
}

/** A gauge whose value is read at each scrape; null: it has no sample. */
export function gauge(
  metrics: Registry,
  { name, help, read }: { name: string; help: string; read(this: void): Promise<number | null> | number | null },
): void {
  metrics.registerMetric(
    new Gauge({
      name,
      help,
      registers: [],
      async collect() {
        const value = await read();
        if (value === null) this.remove();
        else this.set(value);
      },
    }),
  );
}

/** The same with one label, whose values are the keys of what is read. */
export function gauges<K extends string>(
  metrics: Registry,
  {
    name,
    help,
    label,
    read,
  }: {
    name: string;
    help: string;
    label: string;
    read(this: void): Promise<Readonly<Record<K, number>> | null> | Readonly<Record<K, number>> | null;
  },
): void {
  metrics.registerMetric(
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [],
      async collect() {
        const values = await read();
        this.reset();
        for (const key in values) this.set({ [label]: key }, values[key]);
      },
    }),
  );
}

/**
 * What a scrape reads from elsewhere, such as the database: at most every five seconds, however often and by however
 * many it is scraped. A scrape waits a second at most. A reading older than half a minute no longer counts, so that a
 * gauge never shows what was true before an outage.
 */
export class SlowReading<T> {
  private value: T | null = null;
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  constructor(private readonly read: () => Promise<T>) {}

  /** The newest reading; null if there is none that counts. */
  async get(): Promise<T | null> {
    if (performance.now() - this.readAt >= FRESH_MS) await this.readNow();
    return performance.now() - this.readAt < COUNTS_MS ? this.value : null;
  }

  private async readNow(): Promise<void> {
    this.reading ??= this.readToEnd();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([this.reading, patience]);
    clearTimeout(timer);
  }

  private async readToEnd(): Promise<void> {
    try {
      this.value = await this.read();
      this.readAt = performance.now();
    } catch {
      // The gauge has no sample then; /readyz and the log name the failure.
    } finally {
      this.reading = null;
    }
  }
}
