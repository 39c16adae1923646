import type { Duplex } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import {
  createSourceEventStream,
  getOperationAST,
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
} from "graphql";
import { CloseCode } from "graphql-ws";
import { useServer, type Extra } from "graphql-ws/use/ws";
import { LRUCache } from "lru-cache";
import { WebSocketServer, type WebSocket } from "ws";
import { MINUTE_MS } from "@gatehouse/shared";
import { variableReader, withoutArguments } from "../graphql/errors-without-values.js";
import { outageOf } from "../database/outages.js";
import { namedOutage } from "../graphql/mask-errors.js";
import { isTooDeep, tooDeep } from "../http/envelope.js";
import { RefusedRequest, refuseOnSocket } from "../http/responses.js";
import { withoutHints } from "../limits/document-limits.js";
import { SharedEvents, type Subscriber } from "./shared-events.js";
import { SharedOperations, type SharedOperation } from "./shared-operation.js";
import type { SocketOptions } from "./socket-options.js";

const MESSAGE_BYTES = 65_536;
const INIT_MS = 3000;
const KEEP_ALIVE_MS = 12_000;
const SUBSCRIPTIONS_PER_SOCKET = 10;
const MESSAGES_PER_MINUTE = 60;
const SOCKETS_PER_CALLER = 5;
/**
 * Bytes that a reader has not accepted yet: past the first limit it counts as behind, past the second it is
 * disconnected.
 */
const BEHIND_BYTES = 65_536;
const UNSENT_BYTES = 1_048_576;
const BEHIND_CHECK_MS = 20;
/** Documents known to be valid. Their nodes take about a hundred times the text's memory. */
const KNOWN = { max: 200, maxSize: 100_000, maxEntrySize: 8000 };
/** How long clients have to answer the close frame at shutdown. */
const FAREWELL_MS = 1000;
/** "Try Again Later" in RFC 6455's registry. After 4500, graphql-ws's client would give up for good. */
const TRY_AGAIN_LATER = 1013;

/**
 * Serves subscriptions over graphql-transport-ws. Refuses cross-site pages at the handshake (cross-site WebSocket
 * hijacking).
 */
export function attachWebSocket<C extends { requestId: string }>(
  options: SocketOptions<C>,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    handleProtocols: (protocols) => (protocols.has("graphql-transport-ws") ? "graphql-transport-ws" : false),
  });
  const refuse = (socket: Duplex, status: string, code: string, message: string) =>
    refuseOnSocket(socket, status, code, message, options.headers);
  sockets.on("wsClientError", ({ message }, socket) => refuse(socket, "400 Bad Request", "BAD_REQUEST", message));
  const streams = new WeakMap<WebSocket, Duplex>();
  options.server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy());
    if ((request.url ?? "").split("?", 1)[0] !== options.path)
      return refuse(socket, "404 Not Found", "NOT_FOUND", "There is nothing at this address.");
    if (options.isStopping())
      return refuse(socket, "503 Service Unavailable", "STOPPING", "The server is stopping. Connect again.");
    const { origin } = request.headers;
    if (origin !== undefined && !options.isAllowedOrigin(origin))
      return refuse(socket, "403 Forbidden", "FORBIDDEN", "Sockets from pages of another origin are refused.");
    sockets.handleUpgrade(request, socket, head, (opened) => {
      streams.set(opened, socket);
      boundSocket(opened);
      sockets.emit("connection", opened, request);
    });
    return undefined;
  });

  const contextOf = ({ extra, connectionParams }: { extra: Extra; connectionParams?: Record<string, unknown> }) =>
    options.createContext(extra.request, connectionParams ?? {}, (code, reason) => extra.socket.close(code, reason));
  const held = new Map<string, number>();
  const hold = (holder: string, socket: WebSocket): boolean => {
    const count = (held.get(holder) ?? 0) + 1;
    if (count > SOCKETS_PER_CALLER) return false;
    held.set(holder, count);
    socket.once("close", () => {
      const left = (held.get(holder) ?? 1) - 1;
      if (left === 0) held.delete(holder);
      else held.set(holder, left);
    });
    return true;
  };
  // Whatever closes a socket also returns an error: otherwise graphql-ws would execute the operation itself.
  const end = (socket: WebSocket, code: number, reason: string) => {
    socket.close(code, reason);
    return [new GraphQLError(reason, { extensions: { code: "BAD_REQUEST" } })];
  };
  // A failure on our side (the database is away) may be gone in a moment. A refusal would only be repeated.
  const orTryAgainLater = async <T>(socket: WebSocket, otherwise: T, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RefusedRequest) socket.close(CloseCode.Forbidden, error.code);
      else {
        options.logFailure(error);
        socket.close(TRY_AGAIN_LATER, "Try again later");
      }
      return otherwise;
    }
  };
  const valid = new LRUCache<string, DocumentNode>({ ...KNOWN, sizeCalculation: (_document, query) => query.length });
  /**
   * The document of a query, or why it is refused. The caller pays for reading a new one. Dashboards all send the same
   * one, and all at once after a restart.
   */
  const documentOf = async (
    query: string,
    context: C,
  ): Promise<{ document: DocumentNode | readonly GraphQLError[]; giveBack?(): Promise<unknown> }> => {
    const known = valid.get(query);
    if (known) return { document: known };
    const { giveBack } = await options.chargeReading(context, query);
    const document = options.reader.read(query);
    if ("kind" in document) valid.set(query, document);
    return { document, giveBack };
  };
  const refused = (
    { context, startedAt = performance.now() }: { context?: C; startedAt?: number },
    errors: readonly unknown[],
  ) => {
    const formatted = errors.map((error) => format(options, error as GraphQLError, context));
    const codes = formatted.map(({ extensions }) => String(extensions?.code));
    options.observe(startedAt, codes);
    if (context) options.logRefusal(codes, context);
    return formatted;
  };
  const operations = new SharedOperations<C>(({ data, errors, extensions }, context) => ({
    ...(errors ? { errors: errors.map((error) => format(options, error, context)) } : {}),
    data,
    extensions,
  }));
  const server = useServer<
    Record<string, unknown>,
    { context?: C; startedAt?: number } & Partial<Record<PropertyKey, never>>
  >(
    {
      schema: options.schema,
      connectionInitWaitTimeout: INIT_MS,
      // Otherwise an unexpected error's message would become the close reason.
      isProd: true,
      onConnect: (connection) => {
        const { socket } = connection.extra;
        if (options.isProbe(connection.connectionParams ?? {})) return true;
        return orTryAgainLater(socket, false, async () => {
          const context = await contextOf(connection);
          if (!options.mayConnect(context)) return false;
          if (socket.readyState !== socket.OPEN || hold(options.holderOf(context), socket)) return true;
          socket.close(CloseCode.TooManyInitialisationRequests, "Too many sockets");
          return false;
        });
      },
      onSubscribe: async (connection, _id, payload) => {
        const startedAt = performance.now();
        const { socket } = connection.extra;
        if (isTooDeep(payload)) return end(socket, CloseCode.BadRequest, tooDeep);
        if (Object.keys(connection.subscriptions).length > SUBSCRIPTIONS_PER_SOCKET)
          return end(socket, CloseCode.TooManyInitialisationRequests, "Too many subscriptions");
        const contextValue = await orTryAgainLater(socket, null, () => contextOf(connection).catch(orOutage));
        if (!contextValue) return [new GraphQLError("Try again later", { extensions: { code: "BAD_REQUEST" } })];
        // The socket stays: its other subscriptions go on, and this one may be sent again.
        if (contextValue instanceof Error) return [contextValue];
        Object.assign(connection.extra, { context: contextValue, startedAt });
        const { operationName } = payload;
        const variableValues = payload.variables ?? {};
        let document: DocumentNode;
        try {
          const read = await documentOf(payload.query, contextValue);
          if (!("kind" in read.document)) return read.document;
          document = read.document;
          const operation = getOperationAST(document, operationName);
          if (operation?.operation !== "subscription")
            return end(socket, CloseCode.BadRequest, "Only subscriptions are served here");
          const { schema } = options;
          await options.charge(contextValue, { schema, document, operation, variables: variableValues });
          await read.giveBack?.();
          const { errors } = variableReader(schema, operation)(variableValues);
          if (errors) return errors;
        } catch (error) {
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
        const args = { schema: options.schema, document, operationName, variableValues };
        const shared = operations.of(payload.query, args);
        // Keeps one of two equal documents.
        const { schema } = options;
        return {
          schema,
          document: shared.document,
          operationName,
          variableValues,
          contextValue,
          shared,
          startedAt,
        } satisfies Operation<C>;
      },
      subscribe: (args: ExecutionArgs) => createSourceEventStream(args) as Promise<ExecutionResult | SharedEvents<C>>,
      onOperation: ({ extra }, id, _payload, args, result) => {
        if (!(result instanceof SharedEvents)) return undefined;
        const { shared, startedAt } = args as Operation<C>;
        options.observe(startedAt, null);
        return result.follow(subscriberOn(extra.socket, streams.get(extra.socket), id, shared));
      },
      onError: ({ extra }, _id, _payload, errors) => {
        const formatted = refused(extra, errors);
        if (formatted.some(({ extensions }) => extensions?.code === "INTERNAL"))
          extra.socket.close(TRY_AGAIN_LATER, "Try again later");
        return formatted;
      },
      // Events bypass graphql-ws: only the response to a refused subscription arrives here.
      onNext: ({ extra }, _id, _payload, _args, result) =>
        ({ ...result, ...(result.errors ? { errors: refused(extra, result.errors) } : {}) }) as never,
    },
    sockets,
    KEEP_ALIVE_MS,
  );

  return {
    close: async () => {
      const farewell = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, FAREWELL_MS);
      try {
        await server.dispose();
      } finally {
        clearTimeout(farewell);
      }
    },
  };
}

interface Operation<C> extends ExecutionArgs {
  shared: SharedOperation<C>;
  startedAt: number;
}

/**
 * Writes the prepared frame to the stream directly: graphql-ws would await each message, and ws would write it in two
 * parts. Nothing is compressed, so ws queues nothing, and its own writes keep their order.
 */
function subscriberOn<C>(
  socket: WebSocket,
  stream: Duplex | undefined,
  id: string,
  operation: SharedOperation<C>,
): Subscriber<C> {
  return {
    operation,
    send: (answer) => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > UNSENT_BYTES) socket.terminate();
      else stream?.write(answer.frame(id));
    },
    caughtUp: async () => {
      while (socket.readyState === socket.OPEN && socket.bufferedAmount > BEHIND_BYTES) await wait(BEHIND_CHECK_MS);
    },
  };
}

function format<C extends { requestId: string }>(
  options: SocketOptions<C>,
  thrown: GraphQLError,
  context: C | undefined,
) {
  const error = namedOutage(withoutArguments(thrown));
  if (context) options.logError(error, context);
  const { extensions: { http: _http, ...extensions } = {}, ...shown } = options.formatError(error);
  if (context) extensions.requestId = context.requestId;
  return { ...shown, message: options.hideHints ? withoutHints(shown.message) : shown.message, extensions };
}

function orOutage(error: unknown): GraphQLError {
  const outage = outageOf(error);
  if (!outage) throw error;
  return namedOutage(new GraphQLError(outage.message, { originalError: outage }));
}

/** Closes a socket that sends too many messages. */
function boundSocket(socket: WebSocket): void {
  let left = MESSAGES_PER_MINUTE;
  let since = Date.now();
  const count = () => {
    const now = Date.now();
    if (now - since >= MINUTE_MS) [left, since] = [MESSAGES_PER_MINUTE, now];
    left -= 1;
    if (left < 0) socket.close(CloseCode.TooManyInitialisationRequests, "Too many messages");
  };
  socket.on("message", count);
  socket.on("ping", count);
}
