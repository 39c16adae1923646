import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { HttpResponse } from "./http-response.js";
import type { Outage } from "../database/outages.js";

/** Sends an HTTP failure as JSON in GraphQL's shape, so that callers parse one format only. */
export function sendError(
  response: HttpResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  const { requestId } = response;
  response.note(code);
  sendJson(response, status, { errors: [{ message, extensions: { code, requestId } }] }, headers);
}

/** Answers a request that the database's failure has stopped. */
export function sendOutage(response: HttpResponse, { message, extensions: { http, ...extensions } }: Outage): void {
  const headers = "headers" in http ? Object.fromEntries(http.headers) : {};
  const { requestId } = response;
  response.note(extensions.code);
  sendJson(response, http.status, { errors: [{ message, extensions: { ...extensions, requestId } }] }, headers);
}

/**
 * The same on a bare socket, which it then ends: for what is not valid HTTP, or may not become a WebSocket. `status` is
 * for example "400 Bad Request".
 */
export function refuseOnSocket(
  socket: Duplex,
  status: string,
  code: string,
  message: string,
  headers: Iterable<readonly [string, string]>,
): void {
  const requestId = randomUUID();
  const body = JSON.stringify({ errors: [{ message, extensions: { code, requestId } }] });
  const head = [
    ["x-request-id", requestId],
    ["content-type", "application/json; charset=utf-8"],
    ["content-length", Buffer.byteLength(body).toString()],
    ["cache-control", "no-store"],
    ["connection", "close"],
    ...headers,
  ].map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${head.join("")}\r\n${body}`);
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(response, status, "application/json; charset=utf-8", JSON.stringify(body), headers);
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    ...headers,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/**
 * Refuses a request as a whole before anything is done. It may be thrown anywhere, and is answered like `sendError`.
 */
export class RefusedRequest extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "RefusedRequest";
  }
}

export class BodyError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * How much of a body that is too large is read and thrown away before it is refused. A connection that is closed while
 * somebody still sends is an error to a proxy: nginx leaves out a server that has a few of them. Proxies therefore limit
 * bodies to this size (docs/operations.md).
 */
const DISCARDED_BYTES = 1_048_576;

/** Reads a body of at most `limit` bytes. Refuses a larger one with 413. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Made when it is needed: an error's stack costs a fiftieth of a whole request.
    const tooLarge = () => new BodyError(413, `The body is larger than ${limit} bytes.`);
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else if (size > DISCARDED_BYTES) {
        request.pause();
        reject(tooLarge());
      }
    });
    request.on("end", () => (size > limit ? reject(tooLarge()) : resolve(Buffer.concat(chunks))));
    request.on("error", reject);
    request.on("aborted", () => reject(new BodyError(400, "The request ended before its body was complete.")));
  });
}
