import { Counter } from "prom-client";
import type { Platform } from "../../platform/platform.js";
import type { FeatureModule } from "../access/feature-module.js";
import { asFirmCaller } from "../callers/caller.js";
import type { RefusedActs } from "../limits/refused-acts.service.js";
import type { Contacts } from "../contacts/contacts.service.js";
import { AuditEventResolver, ContactEventsResolver } from "./audit-event.resolver.js";
import { eventsRule } from "./audit-event.access.js";
import type { AuditLog } from "./audit-log.service.js";

interface AuditNeeds {
  contacts: Contacts;
  auditLog: AuditLog;
  refusedActs: RefusedActs;
}

export function auditModule({ metrics }: Platform, { contacts, auditLog, refusedActs }: AuditNeeds) {
  const recorded = new Counter({
    name: "gatehouse_events_total",
    help: "Events recorded in the audit log by this process, by type.",
    labelNames: ["type"],
    registers: [metrics],
  });
  return {
    resolvers: [new AuditEventResolver(auditLog, contacts), new ContactEventsResolver(auditLog)],
    nodes: {
      auditEvent: { allow: eventsRule, find: (id, { caller }) => auditLog.find(asFirmCaller(caller).firmId, id) },
    },
    workers: [refusedActs.worker],
    onEvents: (_firmIds, events) => {
      for (const { type } of events) recorded.inc({ type });
    },
  } satisfies FeatureModule;
}
