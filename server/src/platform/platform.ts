import type { DataSource } from "typeorm";
import type { Registry } from "prom-client";
import type { Clock } from "./clock/clock.js";
import type { Config } from "./config/config.js";
import type { Log } from "./log.js";

/** What any server has, whatever its features are. */
export interface Platform {
  config: Config;
  clock: Clock;
  log: Log;
  dataSource: DataSource;
  metrics: Registry;
  /** Where people reach it: PUBLIC_URL, or the port that it listens on. Without a slash at its end. */
  publicUrl: string;
  /** Whether a page of that origin may call. */
  isAllowedOrigin(origin: string): boolean;
}
