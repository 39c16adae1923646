import type { CostBucket } from "../../platform/limits/cost-rates.js";
import { sourceKey } from "../../platform/http/source-address.js";
import type { RequestContext } from "../callers/request-context.js";

/** Cost per minute: of one session or key, and of all anonymous callers at one address. */
const CALLER = 60_000;
const ANONYMOUS = 6000;

/** The budget that an operation is charged to. */
export function costBucketOf({ caller, source }: RequestContext, sourceLimitFactor: number): CostBucket {
  if (caller.kind === "ANONYMOUS")
    return { key: sourceKey(source.ipAddress), perMinute: Math.max(1, Math.floor(ANONYMOUS * sourceLimitFactor)) };
  return { key: caller.kind === "API_KEY" ? caller.keyId : caller.sessionId, perMinute: CALLER };
}

/**
 * Whether reading new documents is free: for the firm's own team and keys, which write their own documents. Strangers
 * and clients use the portal's pages, whose documents are known to the server after their first use.
 */
export const readsFree = ({ caller }: RequestContext): boolean =>
  caller.kind === "TEAM_MEMBER" || caller.kind === "API_KEY";
