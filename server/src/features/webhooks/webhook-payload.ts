import type { EntityManager } from "typeorm";
import type { AuditEventType } from "@gatehouse/shared";
import { encodeCursor } from "../../platform/graphql/pages.js";
import type { AuditEvent } from "../audit/audit-event.entity.js";
import { changesOf, isErased, methodsOf, sentenceOf } from "../work/event-sentence.js";
import { Contact } from "../contacts/contact.entity.js";

/** `TWO_FACTOR_ENROLLED` is `two_factor.enrolled`: the subject, a dot, and what happened to it. */
const webhookType = (type: AuditEventType): string => type.toLowerCase().replace(/_([^_]+)$/, ".$1");
export const eventCursor = (seq: number): string => encodeCursor("audit", [seq]);

/**
 * The body of a delivery: the event as the API shows it. `methods`, `changes` and `data` are the facts of when it
 * happened; `contact` is the contact's state at `contactAsOf`, when the body was made. An attempt that is repeated makes
 * it anew.
 */
export async function webhookBody(reader: EntityManager, event: AuditEvent, now: number): Promise<string> {
  const contact =
    event.contactId === null ? null : await reader.findOneBy(Contact, { id: event.contactId, firmId: event.firmId });
  const occurredAt = new Date(event.occurredAt).toISOString();
  return JSON.stringify({
    type: webhookType(event.type),
    timestamp: occurredAt,
    data: {
      event: {
        id: event.id,
        cursor: eventCursor(event.seq),
        type: event.type,
        occurredAt,
        actorKind: event.actorKind,
        actorName: event.actorName,
        contact: contact && {
          id: contact.id,
          externalId: contact.externalId,
          name: contact.name,
          email: contact.email,
          accessState: contact.accessState,
        },
        contactAsOf: contact && new Date(now).toISOString(),
        methods: methodsOf(event),
        changes: changesOf(event),
        data: JSON.parse(event.data) as unknown,
        isErased: isErased(event),
        reason: event.reason,
        ipAddress: event.ipAddress,
        userAgent: event.userAgent,
        summary: sentenceOf(event, contact?.name ?? null),
      },
    },
  });
}
