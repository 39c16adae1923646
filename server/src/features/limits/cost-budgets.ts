import type { CostBucket } from "../../platform/limits/cost-rates.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";

/** Cost a minute: of a session or key, and of everybody without one at an address. */
const CALLER = 60_000;
const ANONYMOUS = 6000;

/** Whose budget an operation is taken from. */
export function costBucketOf({ caller, source }: RequestContext, sourceLimitFactor: number): CostBucket {
  if (caller.kind === "ANONYMOUS")
    return { key: sourceKey(source.ipAddress), perMinute: Math.max(1, Math.floor(ANONYMOUS * sourceLimitFactor)) };
  return { key: caller.kind === "API_KEY" ? caller.keyId : caller.sessionId, perMinute: CALLER };
}

/**
 * Whether the reading of new documents costs nothing: the firm's own team and keys, which write documents of their own. A stranger or a
 * client has the portal's pages, whose documents the server knows from their first use on.
 */
export const readsFree = ({ caller }: RequestContext): boolean =>
  caller.kind === "TEAM_MEMBER" || caller.kind === "API_KEY";
