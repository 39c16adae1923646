import { createHash } from "node:crypto";

/**
 * How deeply a body or a socket's message may be nested. Our deepest input has six levels, and recursive code copes
 * with far more than this.
 */
const DEEPEST = 50;
const SHA256 = /^[0-9a-f]{64}$/;

/**
 * Whether a JSON value is nested more deeply than we accept. It stops at that depth, so that no input can exhaust the
 * stack.
 */
export function isTooDeep(value: unknown, deepest = DEEPEST): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value))
    return value.length > 0 && (deepest === 0 || value.some((inner) => isTooDeep(inner, deepest - 1)));
  for (const key in value)
    if (deepest === 0 || isTooDeep((value as Record<string, unknown>)[key], deepest - 1)) return true;
  return false;
}
export const tooDeep = `The request is nested deeper than ${DEEPEST} levels.`;

/**
 * Why a body is refused before anything looks for an operation in it; null if it is fine. A persisted query is
 * validated completely here: Apollo refuses a wrong version or digest without a code, and looks up whatever it is given
 * as a digest.
 */
export function envelopeError(body: object): string | null {
  if (isTooDeep(body)) return tooDeep;
  const { query, extensions } = body as Record<string, unknown>;
  if (typeof extensions !== "object" || extensions === null) return null;
  const { persistedQuery } = extensions as Record<string, unknown>;
  if (persistedQuery == null) return null;
  const { version, sha256Hash } = (typeof persistedQuery === "object" ? persistedQuery : {}) as Record<string, unknown>;
  if (version !== 1) return "Only version 1 of persisted queries is supported.";
  if (typeof sha256Hash !== "string" || !SHA256.test(sha256Hash))
    return "The digest of a persisted query is its SHA-256 in lower-case hexadecimal.";
  if (typeof query === "string" && createHash("sha256").update(query).digest("hex") !== sha256Hash)
    return "The digest does not match the persisted query.";
  return null;
}
