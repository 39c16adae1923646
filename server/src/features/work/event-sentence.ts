import {
  auditEvents,
  ERASED,
  isolatedIn,
  withErasedTexts,
  type AuditChange,
  type SignInMethod,
} from "@gatehouse/shared";
import { erasedParts } from "../audit-chain/event-digest.js";
import type { AuditEvent } from "../audit/audit-event.entity.js";

/** How the stored event's person proved who they are; see AuditEvent.methods. */
export const methodsOf = ({ methods }: Pick<AuditEvent, "methods">): SignInMethod[] | null =>
  methods === null ? null : (JSON.parse(methods) as SignInMethod[]);
/** What the stored event changed. */
export const changesOf = ({ changes }: Pick<AuditEvent, "changes">): AuditChange[] =>
  changes === null ? [] : (JSON.parse(changes) as AuditChange[]);

/** Whether facts about a person were erased from the stored event. */
export function isErased(event: Pick<AuditEvent, "actorSeal" | "subjectSeal">): boolean {
  const { actor, subject } = erasedParts(event);
  return actor || subject;
}

/** The stored event's sentence. It names nobody whose facts were erased, even if there is a contact of that name now. */
export function sentenceOf(
  event: Pick<AuditEvent, "type" | "actorName" | "data" | "methods" | "actorSeal" | "subjectSeal">,
  contactName: string | null,
): string {
  const erased = erasedParts(event);
  const data = JSON.parse(event.data) as object;
  const say = auditEvents[event.type].say as (event: object) => string;
  return say(
    isolatedIn({
      actor: event.actorName ?? (erased.actor ? ERASED : "Somebody"),
      contact: erased.subject ? null : contactName,
      methods: methodsOf(event),
      data: erased.subject ? withErasedTexts(data) : data,
    }),
  );
}
