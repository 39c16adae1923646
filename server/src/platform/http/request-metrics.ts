import { Counter, Histogram, type Registry } from "prom-client";
import { WAITS } from "../metrics.js";
import type { RequestKind } from "./http-response.js";

/** Codes of answers that blame us: the caller can do nothing about them. */
const failures: ReadonlySet<string> = new Set(["INTERNAL", "INTERNAL_SERVER_ERROR"]);
/** Codes of answers that ask to repeat the request later: something that we need is away. */
const outages: ReadonlySet<string> = new Set(["UNAVAILABLE", "OUTCOME_UNKNOWN", "STARTING"]);

type Outcome = "ok" | "refused" | "unavailable" | "failed";
const rank: Readonly<Record<Outcome, number>> = { ok: 0, refused: 1, unavailable: 2, failed: 3 };

const outcomeOfCode = (code: string): Outcome =>
  failures.has(code) ? "failed" : outages.has(code) ? "unavailable" : "refused";
const outcomeOfStatus = (status: number): Outcome =>
  status === 503 ? "unavailable" : status >= 500 ? "failed" : status >= 400 ? "refused" : "ok";

/** How long requests took by kind and outcome, and why they were refused. No label is chosen by a caller. */
export class RequestMetrics {
  private readonly durations: Histogram<"kind" | "outcome">;
  private readonly refusals: Counter<"code">;

  constructor(metrics: Registry) {
    this.durations = new Histogram({
      name: "gatehouse_request_duration_seconds",
      help: "Time from a request's head to its answer, by what was asked and how it ended. For a subscription: until it was accepted.",
      labelNames: ["kind", "outcome"],
      buckets: WAITS,
      registers: [metrics],
    });
    this.refusals = new Counter({
      name: "gatehouse_refusals_total",
      help: "Codes of errors and userErrors in answers.",
      labelNames: ["code"],
      registers: [metrics],
    });
  }

  /** `startedAt`: by performance.now(). `codes`: why it was refused or failed, if it was. */
  observe(kind: RequestKind, startedAt: number, status: number, codes: readonly string[] | null): void {
    let outcome = outcomeOfStatus(status);
    if (codes !== null)
      for (const code of codes) {
        this.refusals.inc({ code });
        const candidate = outcomeOfCode(code);
        if (rank[candidate] > rank[outcome]) outcome = candidate;
      }
    this.durations.observe({ kind, outcome }, (performance.now() - startedAt) / 1000);
  }
}
