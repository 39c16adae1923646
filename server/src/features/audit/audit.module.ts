import { isFromElsewhere } from "../../platform/http/same-site.js";
import type { CostOptions } from "../../platform/limits/limits.plugin.js";
import type { Platform } from "../../platform/platform.js";
import { asFirmCaller } from "../callers/caller.js";
import type { FeatureModule } from "../access/feature-module.js";
import type { RequestContext } from "../callers/request-context.js";
import type { ApiKeyService } from "../api-keys/api-key.service.js";
import type { ContactService } from "../contacts/contact.service.js";
import type { RequestContexts } from "../request-contexts/request-context.factory.js";
import type { SessionService } from "../sessions/session.service.js";
import type { Work } from "../work/unit-of-work.js";
import { AuditEventResolver, ContactEventsResolver } from "./audit-event.resolver.js";
import { auditExportHandler } from "./audit-export.http.js";
import { AuditExport } from "./audit-export.service.js";
import type { AuditLog } from "./audit-log.service.js";
import { eventsRule, type LiveFeed } from "./live-feed.js";
import type { WakeChannel } from "./wake-channel.js";

interface AuditNeeds {
  work: Work;
  sessions: SessionService;
  apiKeys: ApiKeyService;
  contacts: ContactService;
  auditLog: AuditLog;
  liveFeed: LiveFeed;
  wakeChannel: WakeChannel | null;
  contexts: RequestContexts;
  costs: CostOptions<RequestContext>;
}

export function auditModule(
  { isAllowedOrigin }: Platform,
  { work, sessions, apiKeys, contacts, auditLog, liveFeed, wakeChannel, contexts, costs }: AuditNeeds,
) {
  const handle = auditExportHandler({
    auditExport: new AuditExport({ work, log: auditLog, sessions, apiKeys }),
    createContext: (request, response) => contexts.ofRequest(request, response),
    charge: async (context, cost) => {
      const { isAllowed, resetMs } = await costs.rates.take(costs.bucketOf(context), cost);
      return isAllowed ? null : resetMs;
    },
    isFromElsewhere: (request) => isFromElsewhere(request, isAllowedOrigin),
  });
  return {
    resolvers: [new AuditEventResolver(auditLog, contacts), new ContactEventsResolver(auditLog)],
    nodes: {
      auditEvent: { allow: eventsRule, find: (id, { caller }) => auditLog.find(asFirmCaller(caller).firmId, id) },
    },
    routes: [{ path: "/audit-log.csv", method: "any", handle }],
    onEvents: (firmIds) => {
      liveFeed.wake(firmIds);
      wakeChannel?.publish(firmIds);
    },
  } satisfies FeatureModule;
}
