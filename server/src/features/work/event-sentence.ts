import { auditEvents, isolatedIn } from "@gatehouse/shared";
import type { AuditEvent } from "../audit/audit-event.entity.js";

/** The stored event's sentence. */
export const sentenceOf = (
  event: Pick<AuditEvent, "type" | "actorName" | "data">,
  contactName: string | null,
): string =>
  (auditEvents[event.type].say as (data: object) => string)(
    isolatedIn({
      actor: event.actorName ?? "Somebody",
      contact: contactName,
      data: JSON.parse(event.data) as unknown,
    }),
  );
