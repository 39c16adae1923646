import { HOUR_MS } from "@gatehouse/shared";
import type { Platform } from "../../platform/platform.js";
import { Worker } from "../../platform/worker.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import type { Firms } from "../firms/firms.service.js";
import type { Work } from "../work/unit-of-work.js";
import { CheckpointMailResolver } from "./checkpoint-mail.resolver.js";
import { CheckpointMails } from "./checkpoint-mails.service.js";

export function checkpointMailModule(
  { log }: Platform,
  { work, firms, checkpoints }: { work: Work; firms: Firms; checkpoints: Checkpoints },
) {
  const mails = new CheckpointMails({ work, checkpoints });
  const worker: Worker = new Worker({
    look: () => mails.mailDue(worker.stopping),
    onError: (error) => log.warn({ err: error }, "checkpoints of the logs are mailed later"),
    everyMs: HOUR_MS,
  });
  return { resolvers: [new CheckpointMailResolver(mails, firms)], workers: [worker] } satisfies FeatureModule;
}
