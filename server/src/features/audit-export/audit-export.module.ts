import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { ApiKeys } from "../api-keys/api-keys.service.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { RequestContext } from "../callers/request-context.js";
import type { RefusedActs } from "../limits/refused-acts.service.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { Work } from "../work/unit-of-work.js";
import { csvFile, exportHandler, logFile, type ExportOptions } from "./audit-export.http.js";
import { AuditExport } from "./audit-export.service.js";
import { ExportAccess } from "./export-access.js";
import { exportOptions } from "./export-options.js";

interface AuditExportNeeds {
  work: Work;
  sessions: Sessions;
  apiKeys: ApiKeys;
  auditLog: AuditLog;
  checkpoints: Checkpoints;
  refusedActs: RefusedActs;
  contexts: RequestContexts;
  costs: CostOptions<RequestContext>;
}

export function auditExportModule(
  { isAllowedOrigin }: Platform,
  { work, sessions, apiKeys, auditLog, checkpoints, refusedActs, contexts, costs }: AuditExportNeeds,
) {
  const exportAccess = new ExportAccess({ sessions, apiKeys, refusedActs });
  const auditExport = new AuditExport({ work, log: auditLog, checkpoints, exportAccess });
  const options: ExportOptions = exportOptions({ contexts, costs, isAllowedOrigin });
  return {
    routes: [
      { path: "/audit-log.csv", method: "any", handle: exportHandler(options, csvFile(auditExport)) },
      { path: "/audit-log.jsonl", method: "any", handle: exportHandler(options, logFile(auditExport)) },
    ],
  } satisfies FeatureModule;
}
