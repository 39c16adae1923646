import { isFromElsewhere } from "../../platform/http/same-site.js";
import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import type { RequestContext } from "../callers/request-context.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { ExportOptions } from "./audit-export.http.js";

/** What every exported file is asked for by. */
export const exportOptions = ({
  contexts,
  costs,
  isAllowedOrigin,
}: Pick<Platform, "isAllowedOrigin"> & {
  contexts: RequestContexts;
  costs: CostOptions<RequestContext>;
}): ExportOptions => ({
  createContext: (request, response) => contexts.ofRequest(request, response),
  charge: async (context, cost) => {
    const { isAllowed, resetMs } = await costs.rates.take(costs.bucketOf(context), cost);
    return isAllowed ? null : resetMs;
  },
  isFromElsewhere: (request) => isFromElsewhere(request, isAllowedOrigin),
});
