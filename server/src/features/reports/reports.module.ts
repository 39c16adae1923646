import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { ApiKeys } from "../api-keys/api-keys.service.js";
import { exportHandler } from "../audit-export/audit-export.http.js";
import { ExportAccess } from "../audit-export/export-access.js";
import { exportOptions } from "../audit-export/export-options.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import type { RefusedActs } from "../limits/refused-acts.service.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { Work } from "../work/unit-of-work.js";
import { PDF_TYPE, reportFiles } from "./reports.http.js";
import { Reports } from "./reports.service.js";

interface ReportsNeeds {
  work: Work;
  sessions: Sessions;
  apiKeys: ApiKeys;
  auditLog: AuditLog;
  checkpoints: Checkpoints;
  refusedActs: RefusedActs;
  contexts: RequestContexts;
  costs: CostOptions<RequestContext>;
}

export function reportsModule(
  { isAllowedOrigin, fonts }: Platform,
  { work, sessions, apiKeys, auditLog, checkpoints, refusedActs, contexts, costs }: ReportsNeeds,
) {
  const exportAccess = new ExportAccess({ sessions, apiKeys, refusedActs });
  const reports = new Reports({ work, log: auditLog, checkpoints, exportAccess, fonts });
  const files = reportFiles(reports).filter(({ contentType }) => fonts !== null || contentType !== PDF_TYPE);
  const options = exportOptions({ contexts, costs, isAllowedOrigin });
  return {
    routes: files.map((file) => ({
      path: `/reports/${file.name}`,
      method: "any" as const,
      handle: exportHandler(options, file),
    })),
  } satisfies FeatureModule;
}
