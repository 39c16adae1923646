import { canonicalJson } from "../../platform/crypto/canonical-json.js";
import { isSignedBy, type PublicJwk, type SigningKey } from "../../platform/crypto/signing-key.js";

/** A signed statement that a firm's log, up to an event, has this digest (docs/audit-format.md). */
export interface Checkpoint {
  firmId: string;
  /** The event's number. */
  seq: number;
  /** Its digest, which covers everything before it. */
  digest: string;
  /** RFC 3339 in UTC with milliseconds. */
  signedAt: string;
  /** The key's thumbprint (RFC 7638). */
  keyId: string;
  /** Ed25519 (RFC 8032) of the canonical form, in base64url. */
  signature: string;
}
export const CHECKPOINT_PURPOSE = "audit log checkpoint";

/**
 * What a signature says: that this was the log, that the events up to this one were deleted as old, or that the sign-in events
 * which it names beside (`ErasedSignIns`) lose their facts.
 */
export type Statement = "gatehouse-audit-checkpoint" | "gatehouse-audit-trim" | "gatehouse-audit-sign-ins";

/** The sign-in events that lose their facts: those up to a number, of before a moment (RFC 3339 in UTC with milliseconds). */
export interface ErasedSignIns {
  throughSeq: number;
  olderThan: string;
}

const signedText = (
  type: Statement,
  { firmId, seq, digest, signedAt, keyId }: Omit<Checkpoint, "signature">,
  beside: ErasedSignIns | null,
): string => canonicalJson({ type, version: 1, firmId, seq, digest, signedAt, keyId, ...beside });

export function signCheckpoint(
  key: SigningKey,
  stated: Pick<Checkpoint, "firmId" | "seq" | "digest" | "signedAt">,
  type: Statement = "gatehouse-audit-checkpoint",
  beside: ErasedSignIns | null = null,
): Checkpoint {
  const unsigned = { ...stated, keyId: key.jwk.kid };
  return { ...unsigned, signature: key.sign(signedText(type, unsigned, beside)) };
}

/** Whether one of these keys has signed it; "unknown key": it was signed by none of them. */
export function signatureVerdict(
  checkpoint: Checkpoint,
  keys: readonly PublicJwk[],
  type: Statement = "gatehouse-audit-checkpoint",
  beside: ErasedSignIns | null = null,
): "right" | "wrong" | "unknown key" {
  const key = keys.find(({ kid }) => kid === checkpoint.keyId);
  if (!key) return "unknown key";
  return isSignedBy(key, signedText(type, checkpoint, beside), checkpoint.signature) ? "right" : "wrong";
}
