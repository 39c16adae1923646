import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import { sendError } from "../../platform/http/responses.js";
import type { Route } from "../../platform/http/http-server.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { ApiKeys } from "../api-keys/api-keys.service.js";
import { exportHandler } from "../audit-export/audit-export.http.js";
import { ExportAccess, exportRule } from "../audit-export/export-access.js";
import { exportOptions } from "../audit-export/export-options.js";
import type { AuditLog } from "../audit/audit-log.service.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RequestContext } from "../callers/request-context.js";
import type { Checkpoints } from "../checkpoints/checkpoints.service.js";
import type { RefusedActs } from "../limits/refused-acts.service.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { Sessions } from "../sessions/sessions.service.js";
import type { Work } from "../work/unit-of-work.js";
import { KeptReports } from "./kept-reports.service.js";
import { ReportJobs } from "./report-jobs.js";
import { reportView } from "./report-view.js";
import { ReportResolver } from "./report.resolver.js";
import { keptReportFile, PDF_TYPE, reportFiles } from "./reports.http.js";
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
  { isAllowedOrigin, fonts, log }: Platform,
  { work, sessions, apiKeys, auditLog, checkpoints, refusedActs, contexts, costs }: ReportsNeeds,
) {
  const exportAccess = new ExportAccess({ sessions, apiKeys, refusedActs });
  const reports = new Reports({ work, log: auditLog, checkpoints, exportAccess, fonts });
  const { worker } = new ReportJobs({ work, auditLog, log });
  const kept = new KeptReports({ work, checkpoints, exportAccess, fonts, wakeJobs: () => worker.wake() });
  const files = reportFiles(reports).filter(({ contentType }) => fonts !== null || contentType !== PDF_TYPE);
  const options = exportOptions({ contexts, costs, isAllowedOrigin });
  const keptRoute = (file: "csv" | "pdf"): Route => ({
    path: `/reports/*.${file}`,
    method: "any",
    handle: (request, response, path) => {
      const exported = file === "pdf" && fonts === null ? null : keptReportFile(kept, file, path);
      if (exported === null) return sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
      return exportHandler(options, exported)(request, response, path);
    },
  });
  return {
    resolvers: [new ReportResolver(kept)],
    nodes: {
      report: {
        allow: exportRule,
        find: async (id: string, { caller }: RequestContext) => {
          const found = await kept.find(asFirmCaller(caller).firmId, id);
          return found && reportView(found);
        },
      },
    },
    routes: [
      ...files.map((file) => ({
        path: `/reports/${file.name}`,
        method: "any" as const,
        handle: exportHandler(options, file),
      })),
      keptRoute("csv"),
      keptRoute("pdf"),
    ],
    workers: [worker],
  } satisfies FeatureModule;
}
