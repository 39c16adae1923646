import { createHash, randomBytes } from "node:crypto";
import { canonicalJson } from "../../platform/crypto/canonical-json.js";
import type { AuditEvent } from "../audit/audit-event.entity.js";

/*
 * The canonical form of an event and its digest, as docs/audit-format.md describes them for other programs. A change
 * here is a new version of the format: the digests of what is written stay.
 */

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

/** Facts about a person. They enter the event's digest by a salted one, so that erasing them keeps the chain whole. */
type Sealed<T> = ({ salt: string } & T) | { erased: string };
type ActorFacts = Readonly<Record<"name" | "ipAddress" | "userAgent", string | null>>;
interface SubjectFacts {
  reason: string | null;
  data: Readonly<Record<string, unknown>>;
  changes: readonly unknown[];
}

/** An event as it enters the chain. */
export interface ChainedEvent {
  seq: number;
  id: string;
  type: string;
  /** RFC 3339 in UTC with milliseconds. */
  occurredAt: string;
  actorKind: string;
  actorId: string | null;
  contactId: string | null;
  accountId: string | null;
  methods: readonly string[] | null;
  /** The part of its data that says nothing about a person. */
  facts: Readonly<Record<string, unknown>>;
  /** Who did it, from where. */
  actor: Sealed<ActorFacts>;
  /** What it says about people. */
  subject: Sealed<SubjectFacts>;
}

/**
 * What is no personal fact in an event's data: ids (`…Id`, `…Ids`, `seq`) and these. Anything else may be one, and is
 * erased with its person. A name never changes sides: the digests of older events depend on it.
 */
const openFacts: ReadonlySet<string> = new Set([
  "act",
  "by",
  "clockDriftSeconds",
  "code",
  "days",
  "digest",
  "door",
  "fromSeq",
  "isShownOnce",
  "isTold",
  "isWhole",
  "minutes",
  "missing",
  "olderThan",
  "openUntil",
  "purpose",
  "recoveryCodes",
  "remaining",
  "repeats",
  "replaces",
  "role",
  "scopes",
  "seq",
  "sessions",
  "signIns",
  "signature",
  "signedAt",
  "throughSeq",
  "what",
  "why",
]);
const isOpen = (name: string): boolean => openFacts.has(name) || /Ids?$/.test(name);

const SALT_DIGITS = 32;
const DIGEST_DIGITS = 64;
/** Unguessable, so that nobody finds an erased name or address by trying all of them. */
export const newSalt = (): string => randomBytes(SALT_DIGITS / 2).toString("hex");

const isEmpty = (facts: object): boolean =>
  Object.values(facts).every((fact) => fact === null || (typeof fact === "object" && Object.keys(fact).length === 0));
/**
 * Of a column that holds the salt, or, once the facts are erased, the digest in their place. Facts beside a digest were
 * written by somebody else: they are taken as salted by it, so that the event's digest is wrong.
 */
const sealed = <T extends object>(seal: string | null, facts: T): Sealed<T> =>
  seal === null || seal.length === SALT_DIGITS || !isEmpty(facts) ? { salt: seal ?? "", ...facts } : { erased: seal };
const digestOfSealed = (part: Sealed<object>): string => ("erased" in part ? part.erased : sha256(canonicalJson(part)));

/** A stored event with its seals. */
export type SealedRow = Omit<AuditEvent, "digest">;

/** What somebody else has written may be no JSON and no time: the digest then is not the recorded one. */
function read<T extends object>(json: string): T | null {
  try {
    const value = JSON.parse(json) as T | null;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
const momentOf = (ms: number): string => {
  const moment = new Date(ms);
  return Number.isNaN(moment.getTime()) ? String(ms) : moment.toISOString();
};

/** The event as it enters the chain. */
export function chainedEvent(row: SealedRow): ChainedEvent {
  const { actorSeal, subjectSeal } = row;
  const data = Object.entries(read<Record<string, unknown>>(row.data) ?? { unreadable: row.data });
  return {
    seq: row.seq,
    id: row.id,
    type: row.type,
    occurredAt: momentOf(row.occurredAt),
    actorKind: row.actorKind,
    actorId: row.actorId,
    contactId: row.contactId,
    accountId: row.accountId,
    methods: row.methods === null ? null : (read<string[]>(row.methods) ?? [row.methods]),
    facts: Object.fromEntries(data.filter(([name]) => isOpen(name))),
    actor: sealed(actorSeal, { name: row.actorName, ipAddress: row.ipAddress, userAgent: row.userAgent }),
    subject: sealed(subjectSeal, {
      reason: row.reason,
      data: Object.fromEntries(data.filter(([name]) => !isOpen(name))),
      changes: row.changes === null ? [] : (read<unknown[]>(row.changes) ?? [row.changes]),
    }),
  };
}

/** Of which parts of a stored event the facts are erased. */
export const erasedParts = ({
  actorSeal,
  subjectSeal,
}: Pick<SealedRow, "actorSeal" | "subjectSeal">): { actor: boolean; subject: boolean } => ({
  actor: actorSeal?.length === DIGEST_DIGITS,
  subject: subjectSeal?.length === DIGEST_DIGITS,
});

/** The row with the facts about its actor, or about its subject, erased. Its digest stays. */
export function withoutFacts<R extends SealedRow>(row: R, part: "actor" | "subject"): R {
  // Without a salt, anybody could find the facts again by trying all of them.
  const event = chainedEvent({
    ...row,
    actorSeal: row.actorSeal ?? newSalt(),
    subjectSeal: row.subjectSeal ?? newSalt(),
  });
  const erased = digestOfSealed(event[part]);
  return part === "actor"
    ? { ...row, actorName: null, ipAddress: null, userAgent: null, actorSeal: erased }
    : { ...row, reason: null, changes: null, data: JSON.stringify(event.facts), subjectSeal: erased };
}

/** The digest of an event of a firm, over the digest before it; null for the first event. SHA-256 in hex. */
export const eventDigest = (firmId: string, event: ChainedEvent, previous: string | null): string =>
  sha256(
    canonicalJson({
      version: 1,
      firmId,
      seq: event.seq,
      id: event.id,
      type: event.type,
      occurredAt: event.occurredAt,
      actorKind: event.actorKind,
      actorId: event.actorId,
      contactId: event.contactId,
      accountId: event.accountId,
      methods: event.methods,
      facts: event.facts,
      actor: digestOfSealed(event.actor),
      subject: digestOfSealed(event.subject),
      previous,
    }),
  );
