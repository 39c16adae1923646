import {
  type ApolloServer,
  type BaseContext,
  type GraphQLResponse,
  HeaderMap,
  type HTTPGraphQLResponse,
} from "@apollo/server";
import type { IncomingMessage } from "node:http";
import { LRUCache } from "lru-cache";
import type { Log } from "../log.js";
import type { OperationPipeline } from "../graphql/operation-pipeline.js";
import { envelopeError } from "./envelope.js";
import { headerText } from "./header-text.js";
import type { HttpResponse } from "./http-response.js";
import { BodyError, readBody, send, sendError, sendJson } from "./responses.js";
import { isFromElsewhere } from "./same-site.js";

const BODY_LIMIT = 100_000;
const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface EndpointOptions<C extends BaseContext & { requestId: string }> {
  apollo: ApolloServer<C>;
  /** Supplies Apollo's stages, and answers known operations. */
  pipeline: OperationPipeline<C>;
  /** Called for each operation before it runs. */
  count(lane: "apollo" | "fast"): void;
  createContext(request: IncomingMessage, response: HttpResponse): Promise<C>;
  /** Whether pages of that origin may call. */
  isAllowedOrigin(origin: string): boolean;
  log: Log;
}

/**
 * `POST /graphql`: one JSON operation per request. Apollo answers it, or the pipeline's fast lane if it is known.
 * Whatever a page of another site could send is refused before it is parsed (OWASP CSRF: content type, Origin,
 * Sec-Fetch-Site). Every response is JSON.
 */
export function graphqlEndpoint<C extends BaseContext & { requestId: string }>({
  apollo,
  pipeline,
  count,
  createContext,
  isAllowedOrigin,
  log,
}: EndpointOptions<C>) {
  /** The content type that Apollo has chosen for an Accept header. */
  const contentTypes = new LRUCache<string, string>({ max: 100 });
  return async (request: IncomingMessage, response: HttpResponse): Promise<void> => {
    if (request.method !== "POST")
      return sendError(response, 405, "METHOD_NOT_ALLOWED", "Send GraphQL operations by POST.", { allow: "POST" });
    if (isFromElsewhere(request, isAllowedOrigin))
      return sendError(response, 403, "FORBIDDEN", "Requests from pages of another origin are refused.");
    const [type = "", ...parameters] = (request.headers["content-type"] ?? "")
      .toLowerCase()
      .split(";")
      .map((part) => part.trim());
    if (type !== "application/json")
      return sendError(response, 415, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json.");
    if (parameters.some((parameter) => parameter.startsWith("charset=") && !/^charset="?utf-?8"?$/.test(parameter)))
      return sendError(response, 415, "UNSUPPORTED_MEDIA_TYPE", "The charset must be utf-8.");
    if (request.headers["content-encoding"] !== undefined)
      return sendError(response, 415, "UNSUPPORTED_MEDIA_TYPE", "The body must not be compressed.");

    const body = await readJson(request, response);
    if (body === undefined) return;
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(request.headers))
      if (value !== undefined) headers.set(name, headerText(value));
    // It was checked above: Apollo's parser would take half a second for a header with 15,000 spaces.
    headers.set("content-type", "application/json");
    const context = await createContext(request, response);
    const accept = request.headers.accept ?? "";
    const known = pipeline.find(body);
    const contentType = contentTypes.get(accept);
    if (known && contentType) {
      count("fast");
      const { http, body: answer } = await pipeline.answer(known, body, headers, context);
      for (const [name, value] of http.headers) response.setHeader(name, value);
      send(response, http.status ?? 200, contentType, textOf(answer));
      return;
    }
    count("apollo");
    let answered: HTTPGraphQLResponse;
    try {
      answered = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: "POST", headers, search: "", body },
        context: async () => context,
      });
    } catch (error) {
      // A failure outside the operation, for which Apollo creates no response.
      const { requestId } = context;
      log.error({ err: error, requestId }, "a request failed");
      response.note("INTERNAL");
      return sendJson(response, 500, {
        errors: [
          {
            message: "Something went wrong on our side. Please give us the request id.",
            extensions: { code: "INTERNAL", requestId },
          },
        ],
      });
    }
    const { status = 200, ...answer } = answered;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (answer.body.kind !== "complete") throw new Error("nothing is answered in parts");
    const chosen = answer.headers.get("content-type");
    if (status === 200 && chosen !== undefined) contentTypes.set(accept, chosen);
    send(response, status, chosen ?? "application/json; charset=utf-8", answer.body.string);
  };
}

/** The body, or undefined if an error has been sent already. */
async function readJson(request: IncomingMessage, response: HttpResponse): Promise<object | undefined> {
  let text: string;
  try {
    text = utf8.decode(await readBody(request, BODY_LIMIT));
  } catch (error) {
    // A stopping server has refused it.
    if (response.headersSent) return undefined;
    const status = error instanceof BodyError ? error.status : 400;
    const message = error instanceof BodyError ? error.message : "The body is not valid UTF-8.";
    // The rest of the body is not read.
    sendError(response, status, "BAD_REQUEST", message, { connection: "close" });
    return undefined;
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    sendError(response, 400, "BAD_REQUEST", "The body is not valid JSON.");
    return undefined;
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    sendError(response, 400, "BAD_REQUEST", "The body must be one JSON object with a query; batches are not accepted.");
    return undefined;
  }
  const wrong = envelopeError(body);
  if (wrong !== null) {
    sendError(response, 400, "BAD_REQUEST", wrong);
    return undefined;
  }
  return body;
}

/** The body's text as Apollo writes it. */
function textOf(body: GraphQLResponse["body"]): string {
  if (body.kind !== "single") throw new Error("nothing is answered in parts");
  const { errors, data, extensions } = body.singleResult;
  return `${JSON.stringify({ errors, data, extensions })}\n`;
}
