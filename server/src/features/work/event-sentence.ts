import { auditEvents, isolatedIn, type AuditChange, type SignInMethod } from "@gatehouse/shared";
import type { AuditEvent } from "../audit/audit-event.entity.js";

/** How the stored event's person proved who they are; see AuditEvent.methods. */
export const methodsOf = ({ methods }: Pick<AuditEvent, "methods">): SignInMethod[] | null =>
  methods === null ? null : (JSON.parse(methods) as SignInMethod[]);
/** What the stored event changed. */
export const changesOf = ({ changes }: Pick<AuditEvent, "changes">): AuditChange[] =>
  changes === null ? [] : (JSON.parse(changes) as AuditChange[]);

/** The stored event's sentence. */
export const sentenceOf = (
  event: Pick<AuditEvent, "type" | "actorName" | "data" | "methods">,
  contactName: string | null,
): string =>
  (auditEvents[event.type].say as (data: object) => string)(
    isolatedIn({
      actor: event.actorName ?? "Somebody",
      contact: contactName,
      methods: methodsOf(event),
      data: JSON.parse(event.data) as unknown,
    }),
  );
