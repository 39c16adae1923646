import { createServer, IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { isAt } from "@gatehouse/shared";
import { StartRefused } from "../config/faults.js";
import { logOutage } from "../database/outage-log.js";
import { outageOf } from "../database/outages.js";
import { asReader } from "../database/readers.js";
import type { Log } from "../log.js";
import type { GracefulStop } from "./graceful-stop.js";
import { currentSpan, type Tracing } from "../tracing/tracing.js";
import { HttpResponse } from "./http-response.js";
import { requestIdOf } from "./request-id.js";
import { endRequestSpan, requestSpan } from "./request-span.js";
import type { RequestMetrics } from "./request-metrics.js";
import { refuseOnSocket, RefusedRequest, sendError, sendOutage } from "./responses.js";
import { sourceAddress, sourceKey } from "./source-address.js";
import { securityHeaders } from "./security-headers.js";
import type { TrustedProxies } from "./trusted-proxies.js";

export type Handler = (request: IncomingMessage, response: HttpResponse, path: string) => Promise<void> | void;

export interface Route {
  /** As `isAt` in shared/pages reads it: a path that ends in `/*` also covers everything below, and one that ends in `/*.csv` those files below. */
  path: string;
  /** A GET route also answers HEAD; "any" leaves the method to the handler. */
  method: "GET" | "any";
  handle: Handler;
  /** A page that people open: the metrics count it as one. */
  isPage?: true;
}

/**
 * While more requests than this are under way, or any read waits for a connection, each request reads in the name of its
 * sender (asReader). Otherwise nobody waits for long, and those names would cost each read a tenth (Node 20's async
 * hooks).
 */
const CROWDED = 32;

/** Listens and returns the port; 0 takes any that is free. Throws StartRefused if the port cannot be had. */
export async function listen(server: Server, { port, host }: { port: number; host: string }): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, host, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartRefused(
      code === "EADDRINUSE"
        ? `Port ${port} of ${host} is in use: stop the program that uses it, or set PORT.`
        : `The server cannot listen on port ${port} of ${host} (${code ?? String(error)}): set PORT or HOST.`,
    );
  }
  return (server.address() as AddressInfo).port;
}

/**
 * A plain node:http server: routes, headers on every response (`x-request-id` too), and time limits against slow
 * clients.
 */
export function createHttpServer({
  routes,
  publicUrl,
  trustedProxies,
  requests,
  tracing = null,
  stop,
  log,
  hasWaitingReads = () => false,
}: {
  routes: () => readonly Route[];
  publicUrl: () => string;
  /** The proxies whose `X-Request-Id` and `traceparent` are taken over. */
  trustedProxies: TrustedProxies;
  /** Null: requests are not counted. */
  requests: RequestMetrics | null;
  tracing?: Tracing | null;
  stop: GracefulStop;
  log: Log;
  /** Whether anybody waits for a connection to the database. */
  hasWaitingReads?: () => boolean;
}): Server {
  const server = createServer({
    IncomingMessage,
    ServerResponse: HttpResponse,
    keepAliveTimeout: 65_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 5000,
    requestTimeout: 30_000,
    maxHeaderSize: 16_384,
    // Node would otherwise answer by itself, without our headers and without JSON.
    requireHostHeader: false,
  });
  server.maxConnections = 10_000;
  // The address may contain the port, which is known only once the server listens.
  let everywhere = { publicUrl: publicUrl(), headers: securityHeaders(publicUrl()) };
  const setHeadersOf = (request: IncomingMessage, response: HttpResponse) => {
    stop.take(response);
    if (everywhere.publicUrl !== publicUrl())
      everywhere = { publicUrl: publicUrl(), headers: securityHeaders(publicUrl()) };
    response.setHeaders(everywhere.headers);
    response.requestId = requestIdOf(request, trustedProxies);
    response.setHeader("x-request-id", response.requestId);
  };
  server.on("checkExpectation", (request, response: HttpResponse) => {
    setHeadersOf(request, response);
    sendError(response, 417, "BAD_REQUEST", "The only supported expectation is 100-continue.");
  });
  const answer = (request: IncomingMessage, response: HttpResponse): Promise<void> | void => {
    if (request.headers.host === undefined && request.httpVersion === "1.1")
      return sendError(response, 400, "BAD_REQUEST", "The Host header is missing.", { connection: "close" });
    const path = (request.url ?? "/").split(/[?#]/, 1)[0] ?? "/";
    const known = routes();
    // The server listens before its routes are ready. A 404 would claim that a page is gone that will be there in a
    // moment.
    if (known.length === 0)
      return sendError(response, 503, "STARTING", "The server is starting.", { "retry-after": "1" });
    const route = known.find((candidate) => isAt(candidate.path, path));
    if (!route) return sendError(response, 404, "NOT_FOUND", "There is nothing at this address.");
    response.route = route.path;
    if (route.isPage) response.kind = "page";
    if (route.method === "GET" && request.method !== "GET" && request.method !== "HEAD")
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "This address is read-only.", { allow: "GET, HEAD" });
    return Promise.resolve(route.handle(request, response, path)).catch((error: unknown) => {
      // The sender has gone, in the middle of a long answer.
      if ((error as NodeJS.ErrnoException).code === "ERR_STREAM_PREMATURE_CLOSE") return void response.destroy();
      if (error instanceof RefusedRequest) return sendError(response, error.status, error.code, error.message);
      const { requestId } = response;
      const outage = outageOf(error);
      if (outage) logOutage(log, outage, { path, requestId });
      else log.error({ err: error, path, requestId }, "a request failed");
      if (response.headersSent) {
        response.note(outage?.extensions.code ?? "INTERNAL");
        response.destroy();
      } else if (outage) sendOutage(response, outage);
      else sendError(response, 500, "INTERNAL", "Something went wrong on our side.");
      return undefined;
    });
  };
  let underWay = 0;
  server.on("request", (request, response: HttpResponse) => {
    const startedAt = performance.now();
    underWay += 1;
    setHeadersOf(request, response);
    const span = tracing === null ? null : requestSpan(tracing, request, response, trustedProxies);
    const observe = () => {
      underWay -= 1;
      requests?.observe(response.kind, startedAt, response.statusCode, response.codes);
      if (span) endRequestSpan(span, request, response);
    };
    const run = () =>
      underWay > CROWDED || hasWaitingReads()
        ? asReader({ tenant: null, caller: sourceKey(sourceAddress(request, trustedProxies)) }, () =>
            answer(request, response),
          )
        : answer(request, response);
    const answering = span === null ? run() : currentSpan.run(span, run);
    if (answering) void answering.then(observe);
    else observe();
  });
  // Requests that are not valid HTTP get the same kind of response.
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const status =
      error.code === "HPE_HEADER_OVERFLOW"
        ? "431 Request Header Fields Too Large"
        : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
          ? "408 Request Timeout"
          : "400 Bad Request";
    refuseOnSocket(socket, status, "BAD_REQUEST", "The request is not valid HTTP.", everywhere.headers);
  });
  return server as unknown as Server;
}
