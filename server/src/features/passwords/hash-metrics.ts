import { Histogram, type Registry } from "prom-client";
import { gauges, WAITS } from "../../platform/metrics.js";

/** Adds how long password hashes wait; returns what observes one. */
export function hashWaits(metrics: Registry): (outcome: "begun" | "refused", waited: number) => void {
  const waits = new Histogram({
    name: "gatehouse_password_hash_wait_seconds",
    help: "Time that password hashes of this process waited in line, by whether they began or were refused.",
    labelNames: ["outcome"],
    buckets: WAITS,
    registers: [metrics],
  });
  for (const outcome of ["begun", "refused"]) waits.zero({ outcome });
  return (outcome, waited) => waits.observe({ outcome }, waited);
}

/** Adds how many password hashes run and wait now. */
export const hashLoad = (metrics: Registry, hasher: { load: { running: number; waiting: number } }): void =>
  gauges(metrics, {
    name: "gatehouse_password_hashes",
    help: "Password hashes of this process that run or wait.",
    label: "state",
    read: () => hasher.load,
  });
