/** What can still be done with a magic link. */
export type MagicLinkState = "UNCLAIMED" | "CLAIMED" | "EXPIRED" | "REVOKED";

/** What is known about one link; times are epoch milliseconds. */
export interface MagicLinkFacts {
  /** When it expires if nobody claims it. */
  expiresAt: number;
  claimedAt: number | null;
  /** Until then, the device that claimed it may claim it again (not sliding). */
  boundUntil: number | null;
  revokedAt: number | null;
}

/**
 * A link's state at a given time. The first line that applies wins. Bounds are exclusive: at `expiresAt` itself the link has expired.
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
  /** The bound device claims the link again. */
  | { decision: "REOPEN" }
  | { decision: "DECLINE"; why: "other device" | "expired" | "revoked" };

/** What claiming a link leads to. `isBoundDevice`: the claim has the device key that the link is bound to. */
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
 * The state of a request with several links (sent, resent, asked for): that of the newest link that still opens it or, if none does, of
 * the newest. So a link that a client asked for and never opened does not hide the device that is still bound. `links`: newest first.
 */
export function requestLinkState(links: readonly MagicLinkFacts[], now: number): MagicLinkState {
  const states = links.map((link) => linkState(link, now));
  return states.find((state) => state === "UNCLAIMED" || state === "CLAIMED") ?? states[0] ?? "EXPIRED";
}
