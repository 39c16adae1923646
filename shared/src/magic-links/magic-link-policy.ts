/** What can still be done with a magic link. */
export type MagicLinkState = "UNCLAIMED" | "CLAIMED" | "EXPIRED" | "REVOKED";

/** What is known of one link; moments are epoch milliseconds. */
export interface MagicLinkFacts {
  /** When it dies unclaimed. */
  expiresAt: number;
  claimedAt: number | null;
  /** The device that claimed it may do so again until then (not sliding). */
  boundUntil: number | null;
  revokedAt: number | null;
}

/**
 * A link's state at a moment. First line that applies wins. A bound is exclusive: at `expiresAt` itself the link is dead.
 * REVOKED and EXPIRED are final.
 */
export function linkState(link: MagicLinkFacts, now: number): MagicLinkState {
  if (link.revokedAt !== null) return "REVOKED";
  if (link.claimedAt !== null) return link.boundUntil !== null && now < link.boundUntil ? "CLAIMED" : "EXPIRED";
  return now < link.expiresAt ? "UNCLAIMED" : "EXPIRED";
}

export type ClaimDecision =
  /** The first claim: binds the link to the device. */
  | { decision: "BIND" }
  /** The bound device comes again. */
  | { decision: "REOPEN" }
  | { decision: "DECLINE"; why: "other device" | "expired" | "revoked" };

/** What a claim of a link leads to. `isBoundDevice`: the claim carries the device key that the link is bound to. */
export function decideClaim(link: MagicLinkFacts & { isBoundDevice: boolean }, now: number): ClaimDecision {
  switch (linkState(link, now)) {
    case "UNCLAIMED":
      return { decision: "BIND" };
    case "CLAIMED":
      return link.isBoundDevice ? { decision: "REOPEN" } : { decision: "DECLINE", why: "other device" };
    case "EXPIRED":
      return { decision: "DECLINE", why: "expired" };
    case "REVOKED":
      return { decision: "DECLINE", why: "revoked" };
  }
}

/**
 * The state of a request that had several links (sent, resent, asked for): that of the newest one that still opens it; where
 * none does, of the newest. So a link that a client asked for and never opened does not hide the device that is still bound.
 * `links`: newest first.
 */
export function requestLinkState(links: readonly MagicLinkFacts[], now: number): MagicLinkState {
  const states = links.map((link) => linkState(link, now));
  return states.find((state) => state === "UNCLAIMED" || state === "CLAIMED") ?? states[0] ?? "EXPIRED";
}
