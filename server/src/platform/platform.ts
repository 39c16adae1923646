import type { DataSource } from "typeorm";
import type { Registry } from "prom-client";
import type { Clock } from "./clock/clock.js";
import type { Config } from "./config/config.js";
import type { ReadReplicas } from "./database/read-replicas.js";
import type { RequestMetrics } from "./http/request-metrics.js";
import type { Log } from "./log.js";
import type { Tracing } from "./tracing/tracing.js";

/** What every server needs, whatever its features. */
export interface Platform {
  config: Config;
  clock: Clock;
  log: Log;
  dataSource: DataSource;
  /** Null: none are configured. */
  replicas: ReadReplicas | null;
  metrics: Registry;
  requests: RequestMetrics;
  /** Null unless a collector is configured. */
  tracing: Tracing | null;
  /** Where people reach it: PUBLIC_URL, or localhost with the port it listens on. Without a trailing slash. */
  publicUrl: string;
  /** The directory of the fonts of PDFs; null: there are none. */
  fonts: string | null;
  /** Whether pages of that origin may call. */
  isAllowedOrigin(origin: string): boolean;
}
