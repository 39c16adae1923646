import { Counter } from "prom-client";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Work } from "../work/unit-of-work.js";
import { Sweep } from "./sweep.js";

export function retentionModule({ config, log, metrics }: Platform, { work }: { work: Work }) {
  const deleted = new Counter({
    name: "gatehouse_expired_rows_deleted_total",
    help: "Rows that this process deleted because of their age, by what they were.",
    labelNames: ["kind"],
    registers: [metrics],
  });
  const count = (kind: string, rows: number) => deleted.inc({ kind }, rows);
  return {
    workers: [new Sweep({ work, keys: config.keys, log, retention: config.retention, count }).worker],
  } satisfies FeatureModule;
}
