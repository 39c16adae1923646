import { Histogram, type Registry } from "prom-client";
import { gauge, WAITS } from "../../platform/metrics.js";

/** Adds how long events take to the feed's subscribers; returns what observes one. */
export function feedDelays(metrics: Registry): (seconds: number) => void {
  const delays = new Histogram({
    name: "gatehouse_feed_delay_seconds",
    help: "Time from an event's transaction to its sending to subscribers of this process, without what they catch up on.",
    buckets: WAITS,
    registers: [metrics],
  });
  return (seconds) => delays.observe(seconds);
}

/** Adds how many subscriptions are open. */
export const feedSubscriptions = (metrics: Registry, feed: { subscriptions: number }): void =>
  gauge(metrics, {
    name: "gatehouse_feed_subscriptions",
    help: "Open subscriptions to the live feed in this process.",
    read: () => feed.subscriptions,
  });
