import { collectDefaultMetrics, Counter, Registry } from "prom-client";

/** What /metrics tells of the process. `droppedLogLines` says how many lines the log's output has not taken. */
export function createMetrics(droppedLogLines: () => number): Registry {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  // /metrics is public: it names no software's version.
  metrics.removeSingleMetric("nodejs_version_info");
  metrics.registerMetric(
    new Counter({
      name: "gatehouse_log_lines_dropped_total",
      help: "Lines of the log that its output did not take.",
      registers: [],
      collect() {
        this.reset();
        this.inc(droppedLogLines());
      },
    }),
  );
  return metrics;
}
