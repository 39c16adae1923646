import { MINUTE_MS } from "@gatehouse/shared";
import type { Platform } from "../../platform/platform.js";
import { Worker } from "../../platform/worker.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import type { Work } from "../work/unit-of-work.js";
import { ReportScheduleResolver } from "./report-schedule.resolver.js";
import { ReportSchedules } from "./report-schedules.service.js";

export function reportScheduleModule(
  { log }: Platform,
  { work, checkpoints }: { work: Work; checkpoints: Checkpoints },
) {
  const schedules = new ReportSchedules({ work, checkpoints, log });
  const worker: Worker = new Worker({
    look: () => schedules.runDue(worker.stopping),
    onError: (error) => log.warn({ err: error }, "monthly reports wait for the next look"),
    everyMs: MINUTE_MS,
  });
  return { resolvers: [new ReportScheduleResolver(schedules)], workers: [worker] } satisfies FeatureModule;
}
