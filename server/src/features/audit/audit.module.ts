import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import { asFirmCaller } from "../callers/caller.js";
import type { ContactService } from "../contacts/contact.service.js";
import { AuditEventResolver, ContactEventsResolver } from "./audit-event.resolver.js";
import { eventsRule } from "./audit-event.access.js";
import type { AuditLog } from "./audit-log.service.js";

interface AuditNeeds {
  contacts: ContactService;
  auditLog: AuditLog;
}

export function auditModule(_platform: Platform, { contacts, auditLog }: AuditNeeds) {
  return {
    resolvers: [new AuditEventResolver(auditLog, contacts), new ContactEventsResolver(auditLog)],
    nodes: {
      auditEvent: { allow: eventsRule, find: (id, { caller }) => auditLog.find(asFirmCaller(caller).firmId, id) },
    },
  } satisfies FeatureModule;
}
