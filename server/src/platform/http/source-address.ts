import { isIPv6 } from "node:net";
import type { IncomingMessage } from "node:http";
import { headerText } from "./header-text.js";
import { plainAddress, type TrustedProxies } from "./trusted-proxies.js";

/** The address in one entry of X-Forwarded-For. Some proxies append the port, which differs for each connection. */
function addressOf(hop: string): string {
  const bracketed = hop.startsWith("[") ? hop.slice(1, hop.indexOf("]")) : null;
  const [bare = "", ...ports] = hop.split(":");
  return plainAddress(bracketed ?? (ports.length === 1 ? bare : hop));
}

/** Whether the connection comes from a trusted proxy, so that its headers about the request count. */
export const isFromProxy = (request: IncomingMessage, trustedProxies: TrustedProxies): boolean =>
  trustedProxies.includes(plainAddress(request.socket.remoteAddress ?? ""));

/**
 * Where a request comes from. X-Forwarded-For counts only as far as trusted proxies wrote it: read from its end, the
 * first address that is not a trusted proxy's. Anything before it is the client's own claim.
 */
export function sourceAddress(request: IncomingMessage, trustedProxies: TrustedProxies): string | null {
  let address = plainAddress(request.socket.remoteAddress ?? "");
  const forwarded = headerText(request.headers["x-forwarded-for"])
    .split(",")
    .map((hop) => hop.trim());
  while (trustedProxies.includes(address)) {
    const hop = forwarded.pop();
    if (!hop) break;
    address = addressOf(hop).slice(0, 45);
  }
  return address || null;
}

/** What rate limits count by: an IPv4 address, or the /64 of an IPv6 one, since one customer owns the whole network. */
export function sourceKey(address: string | null): string {
  if (address === null || !isIPv6(address)) return address ?? "unknown";
  const [head = "", tail = ""] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail.split(":").filter(Boolean);
  const groups = address.includes("::")
    ? [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill("0"), ...after]
    : before;
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
