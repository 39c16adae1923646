import { z } from "zod";
import { canonicalJson } from "../../platform/crypto/canonical-json.js";
import type { PublicJwk } from "../../platform/crypto/signing-key.js";
import type { ChainedEvent } from "../audit-chain/event-digest.js";
import type { Checkpoint } from "../audit-chain/checkpoint.js";

/*
 * An exported log: a line of JSON each for its head, every event from the oldest on, and its end (docs/audit-format.md).
 */

export const LOG_FORMAT = "gatehouse-audit-log";

/** The first line. */
export interface LogHead {
  format: typeof LOG_FORMAT;
  version: 1;
  firmId: string;
  firmName: string;
  exportedAt: string;
  /** The number of the last event before those in the file; 0: it has the whole log. */
  afterSeq: number;
  /** The public keys of this server's checkpoints. Whoever distrusts the file takes them from the server instead. */
  keys: readonly PublicJwk[];
}
/** An event with the digest before it; `digest` is null for one that waits to be sealed. */
export type LogLine = ChainedEvent & { previous: string | null; digest: string | null };
/** The last line: without it the file is cut. */
export interface LogEnd {
  end: true;
  events: number;
  /** Of the last event: `after` of the next export. */
  cursor: string;
  /** Of the last event. */
  checkpoint: Checkpoint;
}

const id = z.string().max(100);
const idOrNull = id.nullable();
const textOrNull = z.string().nullable();
const facts = z.record(z.string(), z.unknown());
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const sealedAs = <S extends z.ZodRawShape>(shape: S) =>
  z.union([z.strictObject({ erased: sha256 }), z.strictObject({ salt: z.string(), ...shape })]);

const Key = z.strictObject({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string(), kid: z.string() });
const KeySet = z.object({ keys: z.array(Key.loose()) });
const CheckpointJson = z.strictObject({
  firmId: id,
  seq: z.int().min(1),
  digest: sha256,
  signedAt: z.string(),
  keyId: z.string(),
  signature: z.string(),
});
const Head = z.strictObject({
  format: z.literal(LOG_FORMAT),
  version: z.literal(1),
  firmId: id,
  firmName: z.string(),
  exportedAt: z.string(),
  afterSeq: z.int().min(0),
  keys: z.array(Key),
});
const Line = z.strictObject({
  seq: z.int().min(1),
  id,
  type: id,
  occurredAt: z.string(),
  actorKind: id,
  actorId: idOrNull,
  contactId: idOrNull,
  accountId: idOrNull,
  methods: z.array(z.string()).nullable(),
  facts,
  actor: sealedAs({ name: textOrNull, ipAddress: textOrNull, userAgent: textOrNull }),
  subject: sealedAs({ reason: textOrNull, data: facts, changes: z.array(z.unknown()) }),
  previous: sha256.nullable(),
  digest: sha256.nullable(),
});
const End = z.strictObject({ end: z.literal(true), events: z.int(), cursor: z.string(), checkpoint: CheckpointJson });

/** What is no line of such a file. */
export class NotALog extends Error {}

const read = <T>(schema: z.ZodType<T>, line: string, what: string): T => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new NotALog(`${what} is not JSON`);
  }
  const parsed = schema.safeParse(value);
  // Also refuses names that stand twice, of which other programs take the first, and what the schema passes over.
  if (!parsed.success || JSON.stringify(value) !== line.trim() || canonicalJson(parsed.data) !== canonicalJson(value))
    throw new NotALog(`${what} is not as docs/audit-format.md describes it`);
  return parsed.data;
};

export const readHead = (line: string): LogHead => read(Head, line, "the first line");
export function readLine(line: string, number: number): LogLine | LogEnd {
  const isEnd = line.startsWith('{"end":');
  return read<LogLine | LogEnd>(isEnd ? End : (Line as z.ZodType<LogLine>), line, `line ${number}`);
}
export function readKeySet(text: string): PublicJwk[] {
  const keys = isJson(text) ? KeySet.safeParse(JSON.parse(text)) : null;
  if (!keys?.success) throw new NotALog("it is not a set of keys, as the server gives it");
  return keys.data.keys;
}

/**
 * The checkpoints in a text, a JSON value in each line: a checkpoint, the end of an exported log, an AUDIT_LOG_CHECKPOINT event as
 * the API or a webhook gives it (its firm is `firmId`'s), or a list of them. Other lines are skipped.
 */
export function readCheckpoints(text: string, firmId: string): Checkpoint[] {
  const found: Checkpoint[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const checkpoint = CheckpointJson.strip().safeParse({ firmId, ...value });
    if (checkpoint.success) found.push(checkpoint.data);
    else for (const inner of Object.values(value)) look(inner);
  };
  for (const json of isJson(text) ? [text] : text.split("\n").filter(isJson)) look(JSON.parse(json));
  return found;
}
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
