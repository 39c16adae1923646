import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { IncomingMessage } from "node:http";
import type { HttpResponse } from "../../platform/http/http-response.js";
import { GraphQLError } from "graphql";
import { z } from "zod";
import { auditEventTypes } from "@gatehouse/shared";
import { DateTime } from "../../platform/graphql/date-time.js";
import { badInput, rateLimited } from "../../platform/graphql/failures.js";
import type { Handler } from "../../platform/http/http-server.js";
import { sendError } from "../../platform/http/responses.js";
import type { RequestContext } from "../callers/request-context.js";
import { seqOfCursor } from "../audit/audit-log.service.js";
import { ActorKindEnum, type AuditEventFilter } from "../audit/audit-event.results.js";
import type { AuditExport } from "./audit-export.service.js";

/** What an export costs of the caller's budget per minute (limits/cost-budgets.ts): three at most. */
const EXPORT_COST = 20_000;

export interface ExportOptions {
  createContext(request: IncomingMessage, response: HttpResponse): Promise<RequestContext>;
  /** Charges the cost to the caller's budget; returns the milliseconds to wait if it is used up, else null. */
  charge(context: RequestContext, cost: number): Promise<number | null>;
  /** Whether the request comes from a page of another site. */
  isFromElsewhere(request: IncomingMessage): boolean;
}

const statusOf = new Map<unknown, number>([
  ["UNAUTHENTICATED", 401],
  ["FORBIDDEN", 403],
  ["NOT_FOUND", 404],
  ["BAD_USER_INPUT", 400],
  ["RATE_LIMITED", 429],
]);

/** A kind of file: how an export of it begins, from the query of its address. */
export interface ExportedFile {
  name: string;
  contentType: string;
  begin(query: URLSearchParams, context: RequestContext): Promise<AsyncIterable<string | Uint8Array>>;
}
export const CSV_TYPE = "text/csv; charset=utf-8";
export const csvFile = (auditExport: AuditExport): ExportedFile => ({
  name: "audit-log.csv",
  contentType: CSV_TYPE,
  begin: (query, context) => auditExport.begin(filterIn(query), context),
});
export const logFile = (auditExport: AuditExport): ExportedFile => ({
  name: "audit-log.jsonl",
  contentType: "application/jsonl; charset=utf-8",
  begin: (query, context) => auditExport.beginLog(afterIn(query), context),
});

/**
 * `GET /audit-log.csv`: the log as a file, filtered by the fields of `auditEvents` in the query (`types` and
 * `actorKinds` separated by commas). Since this GET records an event, a session's cookie counts only together with the
 * header `gatehouse-audience`, which no other site's page and no link can send (OWASP CSRF: custom request headers).
 * `GET /audit-log.jsonl`: the same for the file that can be verified; `after` (a cursor) leaves out what came before.
 */
export function exportHandler(
  { createContext, charge, isFromElsewhere }: ExportOptions,
  { name, contentType, begin }: ExportedFile,
): Handler {
  return async (request, response) => {
    if (request.method !== "GET")
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "Ask for this file by GET.", { allow: "GET" });
    if (isFromElsewhere(request))
      return sendError(response, 403, "FORBIDDEN", "Requests from pages of another origin are refused.");
    if (request.headers.authorization === undefined && request.headers["gatehouse-audience"] === undefined)
      return sendError(
        response,
        401,
        "UNAUTHENTICATED",
        "Send a key or token as Authorization: Bearer, or a session's cookie with the header gatehouse-audience.",
      );
    try {
      const context = await createContext(request, response);
      const waitMs = await charge(context, context.caller.kind === "ANONYMOUS" ? 1 : EXPORT_COST);
      if (waitMs !== null) {
        context.setRetryAfter(Math.max(1, Math.ceil(waitMs / 1000)));
        throw rateLimited(waitMs);
      }
      const { searchParams } = new URL(request.url ?? "", "http://localhost");
      const file = await begin(searchParams, context);
      response.writeHead(200, {
        "content-type": contentType,
        "content-disposition": `attachment; filename="${name}"`,
        "cache-control": "no-store",
      });
      await pipeline(Readable.from(file), response);
    } catch (error) {
      // A reader who has already received data learns of the failure from the missing end of the file.
      if (response.headersSent && isExpected(error)) return void response.destroy();
      const status = error instanceof GraphQLError ? statusOf.get(error.extensions.code) : undefined;
      if (status === undefined || !(error instanceof GraphQLError)) throw error;
      sendError(response, status, String(error.extensions.code), error.message);
    }
    return undefined;
  };
}

/** The session ended meanwhile, or the reader went away. */
const isExpected = (error: unknown) =>
  error instanceof GraphQLError ||
  (error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE");

const someOf = (names: readonly string[]) =>
  z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(names)));
const moment = z.string().transform((text) => DateTime.parseValue(text));
const Query = z.strictObject({
  types: someOf(auditEventTypes).optional(),
  contactId: z.string().optional(),
  actorKinds: someOf(Object.keys(ActorKindEnum)).optional(),
  actorId: z.string().optional(),
  since: moment.optional(),
  until: moment.optional(),
});

/** An unknown filter is refused, so that nobody receives more than they requested. */
function filterIn(parameters: URLSearchParams): AuditEventFilter {
  const given = Object.fromEntries(parameters);
  const read = Query.safeParse(given);
  if (!read.success || parameters.size !== Object.keys(given).length)
    throw badInput(
      `Filter by ${Object.keys(Query.shape).join(", ")}, each once, as auditEvents does; separate list items by commas.`,
    );
  return read.data as AuditEventFilter;
}

/** The number of the event after which the file begins; 0: at the first one. */
function afterIn(parameters: URLSearchParams): number {
  const after = parameters.getAll("after");
  if (after.length > 1 || parameters.size > after.length)
    throw badInput("This file has no filter but after, a cursor, once.");
  return after[0] === undefined ? 0 : seqOfCursor(after[0]);
}
