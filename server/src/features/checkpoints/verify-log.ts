import type { PublicJwk } from "../../platform/crypto/signing-key.js";
import { eventDigest } from "../audit-chain/event-digest.js";
import { signatureVerdict, type Checkpoint } from "./checkpoint.js";
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
    if (line.digest === null) this.unsealed++;
    else {
      if (this.unsealed > 0) {
        this.find(
          line.seq - 1,
          `event ${line.seq - 1} has no digest, but the one after it has: it was added or changed`,
        );
        this.unsealed = 0;
      }
      const isAsRecorded = safely(() => eventDigest(firmId, line, line.previous)) === line.digest;
      if (!isAsRecorded)
        this.find(
          line.seq,
          `event ${line.seq} (${line.type}, ${line.id}) is not as it was recorded: it was changed, added or moved`,
        );
      this.readCheckpoint(line);
      if (line.type === "AUDIT_LOG_TRIMMED") this.readTrim(line);
      if (line.type === "AUDIT_LOG_SEALED")
        this.notes.push(
          `event ${line.seq}: events ${String(line.facts["fromSeq"])} to ${String(line.facts["throughSeq"])} were sealed only at ${line.occurredAt}`,
        );
    }
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
  end(expected?: { lastSeq: number; chainedSeq: number; chainDigest: string | null }): Verdict {
    const lastSeq = this.last?.seq ?? 0;
    this.judgeBeginning();
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
    if (afterSeq > 0 && line.seq > afterSeq + 1)
      this.find(afterSeq + 1, `event ${afterSeq + 1}, with which the file should begin, is missing`);
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

  private judgeEnd(
    { lastSeq, chainedSeq, chainDigest }: { lastSeq: number; chainedSeq: number; chainDigest: string | null },
    found: number,
  ) {
    if (found < lastSeq)
      this.find(found + 1, `the log ends with event ${found}, but there were ${lastSeq}: its end was cut off`);
    else if (found > lastSeq) this.find(lastSeq + 1, `event ${lastSeq + 1} is beyond the log's end: it was added`);
    else if (
      found - this.unsealed !== chainedSeq ||
      (this.unsealed === 0 && (this.last?.digest ?? null) !== chainDigest)
    )
      this.find(found, `event ${found} is not the last one that was recorded: it was changed, added or moved`);
  }

  private readTrim({ facts }: LogLine): void {
    const { throughSeq, digest } = facts;
    if (typeof throughSeq === "number") this.trims.set(throughSeq, typeof digest === "string" ? digest : null);
  }

  private readCheckpoint(line: LogLine): void {
    if (line.type !== "AUDIT_LOG_CHECKPOINT") return;
    const { seq, digest, signedAt, keyId, signature } = line.facts as Partial<Checkpoint>;
    const what = `event ${line.seq}, a checkpoint`;
    if (
      typeof seq !== "number" ||
      typeof digest !== "string" ||
      typeof signedAt !== "string" ||
      typeof keyId !== "string" ||
      typeof signature !== "string"
    )
      return this.find(line.seq, `${what}, is not whole`);
    if (!this.isSigned({ firmId: this.known.firmId, seq, digest, signedAt, keyId, signature }, line.seq, what)) return;
    if (seq !== line.seq - 1 || digest !== line.previous)
      this.find(line.seq, `${what}, was signed for another log than the one before it: that was rewritten`);
    else this.checkpoints++;
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

  private isSigned(checkpoint: Checkpoint, seq: number | null, what: string): boolean {
    const verdict = signatureVerdict(checkpoint, this.known.keys);
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

/** What a changed event holds may have no canonical form. */
function safely<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch {
    return null;
  }
}
