import { collectDefaultMetrics, Counter, Registry } from "prom-client";

/**
 * What /metrics reports about the process. `droppedLogLines` returns how many lines the log's output did not accept.
 */
export function createMetrics(droppedLogLines: () => number): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // /metrics is public: it reveals no software version.
  metrics.removeSingleMetric("nodejs_version_info");
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
