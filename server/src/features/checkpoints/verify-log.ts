import {
  DAY_MS,
  isSignInEvent,
  isSignInRetention,
  SIGN_IN_RETENTION_WAIT_MS,
  signInRetentionDays,
} from "@gatehouse/shared";
import type { PublicJwk } from "../../platform/crypto/signing-key.js";
import { eventDigest } from "../audit-chain/event-digest.js";
import { signatureVerdict, type Checkpoint, type ErasedSignIns, type Statement } from "../audit-chain/checkpoint.js";
import type { LogLine } from "./log-file.js";

/** Something that is not as it was recorded. */
export interface Finding {
  /** The number of the first event concerned; null: the log as a whole. */
  seq: number | null;
  text: string;
}
export interface Verdict {
  events: number;
  firstSeq: number | null;
  lastSeq: number;
  lastDigest: string | null;
  /** The events at the end that a server of the version before wrote, which wait to be sealed. */
  unsealed: number;
  /** How many checkpoints in the log and among the earlier ones agree with it, and by which keys. */
  checkpoints: number;
  keyIds: string[];
  findings: Finding[];
  /** What is as it should be, and worth knowing. */
  notes: string[];
}
interface Known {
  firmId: string;
  keys: readonly PublicJwk[];
  /** Checkpoints that somebody kept elsewhere. */
  earlier?: readonly Checkpoint[];
  /** A file that begins after this event. */
  afterSeq?: number;
}
/** The end of a log, as the database keeps it apart from the events. */
export interface LogEndState {
  lastSeq: number;
  chainedSeq: number;
  chainDigest: string | null;
  checkpointSeq: number;
  /** An event behind everything that was recorded until now; null: there is none. */
  addedSeq: number | null;
}
/** Types that no server of a version without the chain ever wrote. */
const ofChain: ReadonlySet<string> = new Set([
  "AUDIT_LOG_CHECKPOINT",
  "AUDIT_LOG_SEALED",
  "AUDIT_LOG_TRIMMED",
  "SIGN_IN_EVENTS_ERASED",
  "SIGN_IN_RETENTION_CHANGED",
]);
/** What is left to judge of an event whose facts were erased. */
type ErasedEvent = Pick<
  LogLine,
  "seq" | "type" | "occurredAt" | "actorKind" | "actorId" | "contactId" | "accountId"
> & {
  isActorErased: boolean;
};
/** By how much servers' clocks may differ, and the time of an event from its commit. */
const CLOCKS_DIFFER_MS = 10 * 60_000;
/** How many findings are listed: after the first one, others often follow from it. */
const LISTED = 10;

/** Reads a firm's log from its first event on, and says what is not as it was recorded. */
export class LogVerifier {
  private readonly findings: Finding[] = [];
  private readonly notes: string[] = [];
  private readonly keyIds = new Set<string>();
  private events = 0;
  private unsealed = 0;
  private checkpoints = 0;
  private first: LogLine | null = null;
  private last: { seq: number; digest: string | null } | null = null;
  /** The trims that the log tells of, by the last event that was deleted. */
  private readonly trims = new Map<number, string | null>();
  private firstUnsealed: number | null = null;
  private lastCheckpointSeq = 0;
  private lastCheckpointAt = -Infinity;
  /** Events that say that they happened long before the checkpoint in front of them was signed. */
  private readonly backdated: number[] = [];
  private readonly sealedRanges: { from: number; through: number; at: string }[] = [];
  /** Those that no statement about sign-ins covers until now. */
  private erased: ErasedEvent[] = [];
  private erasedByAge = 0;
  /** How long the firm's sign-ins keep their facts, and since when; null: the log does not tell. */
  private signInDays: { days: number | null; at: number } | null = null;
  /** The contacts and accounts whose deletion the log tells of. */
  private readonly deleted = new Set<string>();
  private readonly awaited: Map<number, Checkpoint[]>;

  constructor(private readonly known: Known) {
    const mine = (known.earlier ?? []).filter((checkpoint) => {
      if (checkpoint.firmId !== known.firmId) {
        this.find(null, `the checkpoint of event ${checkpoint.seq} is one of another firm`);
        return false;
      }
      return this.isSigned(checkpoint, null, `the checkpoint of event ${checkpoint.seq}`);
    });
    this.awaited = new Map();
    for (const checkpoint of mine)
      this.awaited.set(checkpoint.seq, [...(this.awaited.get(checkpoint.seq) ?? []), checkpoint]);
  }

  add(line: LogLine): void {
    const { firmId } = this.known;
    const { last } = this;
    this.events++;
    if (line.seq < 1) return this.find(line.seq, `event ${line.seq} has a number before the first one: it was added`);
    if (last === null) this.begin(line);
    else if (line.seq <= last.seq)
      this.find(line.seq, `event ${line.seq} stands after event ${last.seq}: it was moved`);
    else if (line.seq > last.seq + 1) {
      const gap =
        line.seq - 1 === last.seq + 1 ? `event ${line.seq - 1} is` : `events ${last.seq + 1} to ${line.seq - 1} are`;
      this.find(last.seq + 1, `${gap} missing`);
    } else if (line.digest !== null && line.previous !== last.digest)
      this.find(
        line.seq,
        `event ${line.seq} does not follow the one before it: one of them was added, changed or moved`,
      );
    if (line.digest === null) {
      this.unsealed++;
      this.firstUnsealed ??= line.seq;
      if (ofChain.has(line.type) || isSealed(line))
        this.find(line.seq, `event ${line.seq} (${line.type}) was sealed, and has no digest now: it was removed`);
    } else {
      if (this.firstUnsealed !== null) {
        const first = this.firstUnsealed;
        this.find(first, `event ${first} has no digest, but a later one has: it was added or changed`);
        this.unsealed = 0;
        this.firstUnsealed = null;
      }
      const isAsRecorded = safely(() => eventDigest(firmId, line, line.previous)) === line.digest;
      if (!isAsRecorded)
        this.find(
          line.seq,
          `event ${line.seq} (${line.type}, ${line.id}) is not as it was recorded: it was changed, added or moved`,
        );
      this.readCheckpoint(line);
      if (line.type === "AUDIT_LOG_TRIMMED") this.readTrim(line);
      this.readErasure(line);
      if (line.type === "SIGN_IN_RETENTION_CHANGED") this.readSignInDays(line);
      if (line.type === "SIGN_IN_EVENTS_ERASED") this.readErasedSignIns(line);
      if (line.type === "AUDIT_LOG_SEALED")
        this.sealedRanges.push({
          from: Number(line.facts["fromSeq"]),
          through: Number(line.facts["throughSeq"]),
          at: line.occurredAt,
        });
    }
    if (Date.parse(line.occurredAt) < this.lastCheckpointAt - CLOCKS_DIFFER_MS) this.backdated.push(line.seq);
    this.agreeWith(line.seq, line.digest);
    this.last = { seq: line.seq, digest: line.digest };
  }

  /** A checkpoint of the last event. */
  closeWith(checkpoint: Checkpoint): void {
    const what = "the checkpoint at the end";
    if (checkpoint.firmId !== this.known.firmId) return this.find(null, `${what} is one of another firm`);
    if (!this.isSigned(checkpoint, null, what)) return;
    const { seq, digest } = this.last ?? { seq: 0, digest: null };
    if (seq === checkpoint.seq && digest === checkpoint.digest) this.checkpoints++;
    else if (seq < checkpoint.seq)
      this.find(
        seq + 1,
        `the log ends with event ${seq}, but ${what} was signed for event ${checkpoint.seq}: its end was cut off`,
      );
    else this.find(seq, `${what} was signed for another log: this one was rewritten`);
  }

  /** `expected`: the end of the log, where that is kept apart from the events. */
  end(expected?: LogEndState): Verdict {
    const lastSeq = this.last?.seq ?? 0;
    this.judgeBeginning();
    this.judgeErasures();
    this.judgeSealed();
    if (expected) this.judgeEnd(expected, lastSeq);
    for (const seq of [...this.awaited.keys()].toSorted((a, b) => a - b))
      if (seq > lastSeq)
        this.find(
          lastSeq + 1,
          `the log ends with event ${lastSeq}, but a checkpoint of event ${seq} was signed: its end was cut off`,
        );
      else this.notes.push(`the checkpoint of event ${seq} is older than the first event here, and cannot be compared`);
    return {
      events: this.events,
      firstSeq: this.first?.seq ?? null,
      lastSeq,
      lastDigest: this.last?.digest ?? null,
      unsealed: this.unsealed,
      checkpoints: this.checkpoints,
      keyIds: [...this.keyIds],
      findings: this.findings.toSorted((a, b) => (a.seq ?? 0) - (b.seq ?? 0)),
      notes: this.notes,
    };
  }

  private begin(line: LogLine): void {
    this.first = line;
    const { afterSeq = 0 } = this.known;
    if (afterSeq > 0 && line.seq !== afterSeq + 1)
      this.find(afterSeq + 1, `the file should begin with event ${afterSeq + 1}, and begins with event ${line.seq}`);
    if (line.seq === 1 && line.previous !== null) this.find(1, "event 1 follows another one: it was moved or added");
    this.agreeWith(line.seq - 1, line.previous);
  }

  private judgeBeginning(): void {
    const { first } = this;
    if (first === null || first.seq === 1) return;
    const before = first.seq - 1;
    if (this.known.afterSeq) this.notes.push(`the file begins after event ${before}`);
    else if (!this.trims.has(before))
      this.find(1, `events 1 to ${before} are missing, and no event says that they were deleted as old`);
    else if (this.trims.get(before) !== first.previous)
      this.find(first.seq, `event ${first.seq} does not follow the last one that was deleted as old`);
    else this.notes.push(`events 1 to ${before} were deleted as old`);
  }

  private judgeEnd({ lastSeq, chainedSeq, chainDigest, checkpointSeq, addedSeq }: LogEndState, found: number): void {
    const { firstUnsealed, unsealed, last, lastCheckpointSeq, first } = this;
    if (found < lastSeq)
      this.find(found + 1, `the log ends with event ${found}, but there were ${lastSeq}: its end was cut off`);
    else if (found - unsealed !== chainedSeq || (unsealed === 0 && (last?.digest ?? null) !== chainDigest)) {
      const seq = firstUnsealed ?? found;
      this.find(seq, `event ${seq} is not as it was recorded at the end of the log: it was changed, added or moved`);
    }
    if (addedSeq !== null) this.find(addedSeq, `event ${addedSeq} is beyond the log's end: it was added`);
    if (checkpointSeq !== lastCheckpointSeq && (first === null || checkpointSeq >= first.seq))
      this.find(
        lastCheckpointSeq,
        `the last checkpoint should be event ${checkpointSeq}, and is ${lastCheckpointSeq === 0 ? "missing" : `event ${lastCheckpointSeq}`}`,
      );
  }

  private judgeSealed(): void {
    for (const { from, through, at } of this.sealedRanges) {
      const [first] = this.backdated.filter((seq) => seq >= from && seq <= through);
      if (first !== undefined)
        this.find(
          first,
          `event ${first} says that it happened before a checkpoint that stands in front of it, and was sealed only at ${at}: it was added`,
        );
      this.notes.push(
        from === through
          ? `event ${from} was sealed only at ${at}: until then it could be changed`
          : `events ${from} to ${through} were sealed only at ${at}: until then they could be changed`,
      );
    }
  }

  private readTrim({ seq, facts }: LogLine): void {
    const what = `event ${seq}, which says that old events were deleted,`;
    const trim = this.statementIn(facts, facts["throughSeq"]);
    if (!trim) this.find(seq, `${what} is not whole`);
    else if (this.isSigned(trim, seq, what, "gatehouse-audit-trim")) this.trims.set(trim.seq, trim.digest);
  }

  private readErasure(line: LogLine): void {
    const isActorErased = "erased" in line.actor;
    if (isActorErased || "erased" in line.subject) {
      const { seq, type, occurredAt, actorKind, actorId, contactId, accountId } = line;
      this.erased.push({ seq, type, occurredAt, actorKind, actorId, contactId, accountId, isActorErased });
    }
    if (line.type !== "CONTACT_DELETED") return;
    const { portalAccountId } = line.facts;
    for (const id of [line.contactId, line.accountId, portalAccountId])
      if (typeof id === "string") this.deleted.add(id);
  }

  private readSignInDays({ seq, type, occurredAt, facts: { days } }: LogLine): void {
    const isChosen = days === null || (typeof days === "number" && isSignInRetention(days));
    // Not before the checkpoint in front of it was signed, whatever it says: its own time is nobody's signature.
    const at = Math.max(Date.parse(occurredAt), this.lastCheckpointAt - CLOCKS_DIFFER_MS);
    this.signInDays = { days: isChosen ? days : null, at };
    if (!isChosen) this.find(seq, `event ${seq} (${type}) sets what no firm may choose`);
  }

  /** Takes the sign-ins that are too old, as the server has signed and the firm has set, from those that are left to judge. */
  private readErasedSignIns({ seq, occurredAt, previous, facts }: LogLine): void {
    const what = `event ${seq}, which says that old sign-ins were erased,`;
    const statement = this.statementIn(facts, seq - 1);
    const { throughSeq, olderThan } = facts;
    if (!statement || typeof throughSeq !== "number" || typeof olderThan !== "string")
      return this.find(seq, `${what} is not whole`);
    if (!this.isSigned(statement, seq, what, "gatehouse-audit-sign-ins", { throughSeq, olderThan })) return;
    if (statement.digest !== previous || throughSeq >= seq)
      return this.find(seq, `${what} was signed for another log than the one before it: that was rewritten`);
    // A log from event 1 on tells every change of the setting; a later part may not.
    const { days, at } = this.signInDays ?? { days: this.first?.seq === 1 ? null : undefined, at: -Infinity };
    // When it was signed cannot be changed afterwards; the event's time can, until the next checkpoint.
    const now = Math.min(Date.parse(occurredAt), Date.parse(statement.signedAt));
    const { least } = signInRetentionDays;
    const isOfDaysAgo = (count: number) => Date.parse(olderThan) <= now - count * DAY_MS;
    // Whatever the log tells of the setting, or does not.
    if (!isOfDaysAgo(least)) return this.find(seq, `${what} says so of the last ${least} days, which every firm keeps`);
    const isAsSet = days === undefined || (days !== null && at + SIGN_IN_RETENTION_WAIT_MS <= now && isOfDaysAgo(days));
    if (!isAsSet) return this.find(seq, `${what} says so of more than the firm had set, as the log tells it`);
    const before = this.erased.length;
    this.erased = this.erased.filter(
      (event) => !isSignInEvent(event.type) || event.seq > throughSeq || event.occurredAt >= olderThan,
    );
    this.erasedByAge += before - this.erased.length;
  }

  /** Only what is about a deleted person, or was done by one, may be erased, and what sign-ins of a certain age said. */
  private judgeErasures(): void {
    for (const { seq, type, isActorErased, actorKind, actorId, contactId, accountId } of this.erased) {
      const isByClient = actorKind === "CLIENT";
      const ids = [contactId, accountId, isByClient ? actorId : null].filter((id) => id !== null);
      // Somebody who typed an address of the person names nobody by an id.
      const isOfDeleted =
        ids.length === 0 ? isByClient && this.deleted.size > 0 : ids.some((id) => this.deleted.has(id));
      if (!isOfDeleted || (isActorErased && !isByClient))
        this.find(
          seq,
          `what event ${seq} (${type}) said was erased, and no event says that the person was deleted${isSignInEvent(type) ? ", or that sign-ins of then were too old" : ""}`,
        );
    }
    if (this.erasedByAge > 0)
      this.notes.push(`what ${this.erasedByAge} of the events said about who signed in was erased as old`);
    if (this.erased.length > 0)
      this.notes.push(`what ${this.erased.length} of the events said about deleted persons was erased`);
  }

  private readCheckpoint(line: LogLine): void {
    if (line.type !== "AUDIT_LOG_CHECKPOINT") return;
    const what = `event ${line.seq}, a checkpoint`;
    const checkpoint = this.statementIn(line.facts, line.facts["seq"]);
    if (!checkpoint) return this.find(line.seq, `${what}, is not whole`);
    if (!this.isSigned(checkpoint, line.seq, what)) return;
    const { seq, digest, signedAt } = checkpoint;
    this.lastCheckpointSeq = line.seq;
    this.lastCheckpointAt = Date.parse(signedAt);
    if (seq !== line.seq - 1 || digest !== line.previous)
      this.find(line.seq, `${what}, was signed for another log than the one before it: that was rewritten`);
    else this.checkpoints++;
  }

  /** What the facts of an event state of the firm's log up to event `seq`; null if something is missing. */
  private statementIn(facts: LogLine["facts"], seq: unknown): Checkpoint | null {
    const { digest, signedAt, keyId, signature } = facts;
    const isWhole =
      typeof seq === "number" &&
      typeof digest === "string" &&
      typeof signedAt === "string" &&
      typeof keyId === "string" &&
      typeof signature === "string";
    return isWhole ? { firmId: this.known.firmId, seq, digest, signedAt, keyId, signature } : null;
  }

  private agreeWith(seq: number, digest: string | null): void {
    for (const checkpoint of this.awaited.get(seq) ?? [])
      if (checkpoint.digest === digest) this.checkpoints++;
      else
        this.find(
          seq,
          `the checkpoint of event ${seq} was signed for another log: this one was rewritten at or before that event`,
        );
    this.awaited.delete(seq);
  }

  private isSigned(
    checkpoint: Checkpoint,
    seq: number | null,
    what: string,
    type?: Statement,
    beside?: ErasedSignIns,
  ): boolean {
    const verdict = signatureVerdict(checkpoint, this.known.keys, type, beside);
    if (verdict === "unknown key")
      this.find(seq, `${what}, is signed by the key ${checkpoint.keyId}, which is not among the given ones`);
    if (verdict === "wrong") this.find(seq, `${what}, does not have the signature of the key that it names`);
    if (verdict === "right") this.keyIds.add(checkpoint.keyId);
    return verdict === "right";
  }

  private find(seq: number | null, text: string): void {
    if (this.findings.length < LISTED) this.findings.push({ seq, text });
  }
}

/** Whether an event has a salt or an erased part, which come with its digest. */
const isSealed = ({ actor, subject }: LogLine): boolean =>
  [actor, subject].some((part) => "erased" in part || part.salt !== "");

/** What a changed event holds may have no canonical form. */
function safely<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch {
    return null;
  }
}
