import type { IncomingMessage } from "node:http";
import type { Span, Tracing } from "../tracing/tracing.js";
import { headerText } from "./header-text.js";
import type { HttpResponse } from "./http-response.js";
import { isFromProxy } from "./source-address.js";
import type { TrustedProxies } from "./trusted-proxies.js";

/** Probes come every few seconds, and say nothing in a trace. */
const PROBES: ReadonlySet<string | undefined> = new Set(["/healthz", "/readyz"]);
const NAME_LENGTH = 100;

/** Starts a request's span; a trusted proxy's `traceparent` says within which one. Null for probes. */
export function requestSpan(
  tracing: Tracing,
  request: IncomingMessage,
  { requestId }: HttpResponse,
  trustedProxies: TrustedProxies,
): Span | null {
  if (PROBES.has(request.url)) return null;
  const given = request.headers.traceparent;
  const parent = given !== undefined && isFromProxy(request, trustedProxies) ? headerText(given) : null;
  const method = request.method ?? "";
  return tracing.start(method, "server", { "http.request.method": method, "gatehouse.request_id": requestId }, parent);
}

/**
 * Ends it, named after its operation or its route. The address itself is left out, since it may contain a token; so are
 * variables and headers.
 */
export function endRequestSpan(
  span: Span,
  request: IncomingMessage,
  { statusCode, route, kind, operationName, codes }: HttpResponse,
): void {
  const isOperation = kind === "query" || kind === "mutation";
  const name = operationName?.slice(0, NAME_LENGTH) ?? "";
  span.rename(isOperation ? `${kind} ${name}`.trim() : `${request.method ?? ""} ${route ?? ""}`.trim());
  span.set({
    "http.response.status_code": statusCode,
    ...(route === null ? {} : { "http.route": route }),
    ...(isOperation ? { "graphql.operation.type": kind, "graphql.operation.name": name } : {}),
    ...(codes === null ? {} : { "gatehouse.codes": codes.join(" ") }),
  });
  span.end(statusCode >= 500 || codes?.includes("INTERNAL") ? (codes?.[0] ?? statusCode.toString()) : null);
}
