import { randomBytes, timingSafeEqual } from "node:crypto";
import type { KeyRing } from "../crypto/key-ring.js";
import { headerText } from "./header-text.js";
import type { Route } from "./http-server.js";
import { readBody, sendError, sendJson } from "./responses.js";
import { isFromProxy, sourceAddress } from "./source-address.js";
import type { TrustedProxies } from "./trusted-proxies.js";

export const PROBE_PATH = "/operator-probe";
export const PROBE_HEADER = "gatehouse-probe";
/** As large as the largest operation that the API accepts. */
export const PROBE_BYTES = 100_000;
const VALID_MS = 60_000;
const [ASKS, ANSWERS] = ["operator probe", "operator probe's answer"] as const;

/** How a request reached the server, as the server sees it. */
export interface ProbeReport {
  /** Shows that the server has the operator's keys. */
  proof: string;
  /** Where the connection came from: the proxy, if there is one. */
  peer: string;
  isFromTrustedProxy: boolean;
  /** The client's address that the server would count. */
  source: string | null;
  host: string;
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A question that only a holder of SECRET_KEYS can ask, and what shows that the answer is such a server's. */
export function probeQuestion(keys: KeyRing, now: number): { header: string; isProof(proof: string): boolean } {
  const asked = `${now}.${randomBytes(16).toString("hex")}`;
  return {
    header: `${asked}.${keys.hmac(asked, ASKS)}`,
    isProof: (proof) => isSame(proof, keys.hmac(asked, ANSWERS)),
  };
}

/** What such a holder asked within the last minute; null for anything else. */
function askedIn(keys: KeyRing, header: string, now: number): string | null {
  const [at = "", nonce = "", given = ""] = header.split(".");
  const asked = `${at}.${nonce}`;
  return isSame(given, keys.hmac(asked, ASKS)) && Math.abs(now - Number(at)) <= VALID_MS ? asked : null;
}

/** Whether a socket is the operator's doctor's, which looks how long the proxy keeps it open. */
export const isProbe = (keys: KeyRing, header: unknown, now: number): boolean =>
  typeof header === "string" && askedIn(keys, header, now) !== null;

/**
 * Tells the operator's doctor how its request arrived. Anybody else gets the answer of an address where nothing is: the
 * question must be signed with the keys, within the last minute.
 */
export const probeRoute = ({
  keys,
  trustedProxies,
  now,
}: {
  keys: KeyRing;
  trustedProxies: TrustedProxies;
  now(this: void): number;
}): Route => ({
  path: PROBE_PATH,
  method: "any",
  handle: async (request, response) => {
    const asked = askedIn(keys, headerText(request.headers[PROBE_HEADER]), now());
    if (asked === null) return sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
    await readBody(request, PROBE_BYTES);
    return sendJson(response, 200, {
      proof: keys.hmac(asked, ANSWERS),
      peer: request.socket.remoteAddress ?? "",
      isFromTrustedProxy: isFromProxy(request, trustedProxies),
      source: sourceAddress(request, trustedProxies),
      host: headerText(request.headers.host),
    } satisfies ProbeReport);
  },
});
