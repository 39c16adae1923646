import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isAt } from "@gatehouse/shared";
import { StartRefused } from "../config/faults.js";
import { outageOf } from "../database/outages.js";
import type { Log } from "../log.js";
import type { GracefulStop } from "./graceful-stop.js";
import { refuseOnSocket, RefusedRequest, sendError, sendOutage } from "./responses.js";
import { securityHeaders } from "./security-headers.js";

export type Handler = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void> | void;

export interface Route {
  /** As `isAt` in shared/pages reads it: a path that ends in `/*` also covers everything below. */
  path: string;
  /** A GET route also answers HEAD; "any" leaves the method to the handler. */
  method: "GET" | "any";
  handle: Handler;
}

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

/** A plain node:http server: routes, headers on every response, and time limits against slow clients. */
export function createHttpServer({
  routes,
  publicUrl,
  stop,
  log,
}: {
  routes: () => readonly Route[];
  publicUrl: () => string;
  stop: GracefulStop;
  log: Log;
}): Server {
  const server = createServer({
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
  const begin = (response: ServerResponse) => {
    stop.take(response);
    if (everywhere.publicUrl !== publicUrl())
      everywhere = { publicUrl: publicUrl(), headers: securityHeaders(publicUrl()) };
    response.setHeaders(everywhere.headers);
  };
  server.on("checkExpectation", (_request, response) => {
    begin(response);
    sendError(response, 417, "BAD_REQUEST", "The only supported expectation is 100-continue.");
  });
  server.on("request", (request, response) => {
    begin(response);
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
    if (route.method === "GET" && request.method !== "GET" && request.method !== "HEAD")
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "This address is read-only.", { allow: "GET, HEAD" });
    Promise.resolve(route.handle(request, response, path)).catch((error: unknown) => {
      if (error instanceof RefusedRequest) return sendError(response, error.status, error.code, error.message);
      const outage = outageOf(error);
      if (outage)
        log.warn({ err: outage.cause ?? outage, outage: outage.extensions.code, path }, "the database failed");
      else log.error({ err: error, path }, "a request failed");
      if (response.headersSent) response.destroy();
      else if (outage) sendOutage(response, outage);
      else sendError(response, 500, "INTERNAL", "Something went wrong on our side.");
      return undefined;
    });
    return undefined;
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
  return server;
}
