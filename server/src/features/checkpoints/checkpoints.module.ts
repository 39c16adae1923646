import { MINUTE_MS } from "@gatehouse/shared";
import type { Platform } from "../../platform/platform.js";
import { Worker } from "../../platform/worker.js";
import type { FeatureModule } from "../access/feature-module.js";
import { AUDIT_KEYS_PATH, auditKeysHandler } from "./audit-keys.http.js";
import type { Checkpoints } from "./checkpoints.service.js";

export function checkpointsModule({ log }: Platform, { checkpoints }: { checkpoints: Checkpoints }) {
  const worker: Worker = new Worker({
    look: async () => {
      await checkpoints.renewProofs();
      await checkpoints.sealAll(worker.stopping);
      await checkpoints.signDue(worker.stopping);
    },
    onError: (error) => log.warn({ err: error }, "the logs are sealed and signed later"),
    everyMs: 15 * MINUTE_MS,
  });
  return {
    routes: [{ path: AUDIT_KEYS_PATH, method: "GET", handle: auditKeysHandler(checkpoints) }],
    workers: [worker],
  } satisfies FeatureModule;
}
