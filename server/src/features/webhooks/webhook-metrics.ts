import { Histogram, type Registry } from "prom-client";
import { computed, leftJoined, select, sql, table } from "../../platform/database/sql.js";
import { gauge, gauges, SlowReading, WAITS } from "../../platform/metrics.js";
import { AuditCounter, AuditEvent } from "../audit/audit-event.entity.js";
import type { Work } from "../work/unit-of-work.js";
import type { DispatcherNeeds } from "./webhook-dispatcher.js";
import { WebhookEndpoint } from "./webhook-endpoint.entity.js";

const w = table(WebhookEndpoint, "w");
const c = table(AuditCounter, "c");
/** The first event that an endpoint has not received. */
const e = leftJoined(table(AuditEvent, "e"));
const STATE = select({
  active: computed(sql`SUM(CASE WHEN ${w.disabledAt} IS NULL AND ${w.attempts} = 0 THEN 1 ELSE 0 END)`, Number),
  failing: computed(sql`SUM(CASE WHEN ${w.disabledAt} IS NULL AND ${w.attempts} > 0 THEN 1 ELSE 0 END)`, Number),
  disabled: computed(sql`SUM(CASE WHEN ${w.disabledAt} IS NULL THEN 0 ELSE 1 END)`, Number),
  waiting: computed(
    sql`SUM(CASE WHEN ${w.disabledAt} IS NULL THEN ${c.lastSeq} - ${w.deliveredThroughSeq} ELSE 0 END)`,
    Number,
  ),
  oldestAt: computed<number | null>(sql`MIN(CASE WHEN ${w.disabledAt} IS NULL THEN ${e.occurredAt} END)`),
}).from`${w} JOIN ${c} ON ${c.firmId} = ${w.firmId}
  LEFT JOIN ${e} ON ${e.firmId} = ${w.firmId} AND ${e.seq} = ${w.deliveredThroughSeq} + 1`;

/** Adds what waits for its receivers, and returns what counts the attempts of this process. */
export function webhookMetrics(metrics: Registry, work: Work): NonNullable<DispatcherNeeds["count"]> {
  const state = new SlowReading(async () => (await work.unpreparedRows(STATE, []))[0]);
  gauges(metrics, {
    name: "gatehouse_webhook_endpoints",
    help: "Webhook endpoints in the whole database: active, failing (the last attempt failed) or disabled.",
    label: "state",
    read: async () => {
      const found = await state.get();
      return found ? { active: found.active, failing: found.failing, disabled: found.disabled } : null;
    },
  });
  gauge(metrics, {
    name: "gatehouse_webhook_waiting_events",
    help: "Events that endpoints have not received yet, in the whole database, without disabled endpoints.",
    read: async () => (await state.get())?.waiting ?? null,
  });
  gauge(metrics, {
    name: "gatehouse_webhook_lag_seconds",
    help: "Age of the oldest event that an endpoint has not received yet; 0 if all are up to date.",
    read: async () => {
      const found = await state.get();
      if (!found) return null;
      return found.oldestAt === null ? 0 : Math.max(0, (work.clock.now() - Number(found.oldestAt)) / 1000);
    },
  });
  const attempts = new Histogram({
    name: "gatehouse_webhook_attempt_duration_seconds",
    help: "Time of this process' attempts to deliver an event, by outcome; disabled: failed, and was the last one.",
    labelNames: ["outcome"],
    buckets: WAITS,
    registers: [metrics],
  });
  for (const outcome of ["delivered", "failed", "disabled"]) attempts.zero({ outcome });
  return (outcome, seconds) => attempts.observe({ outcome }, seconds);
}
