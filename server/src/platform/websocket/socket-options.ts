import type { IncomingMessage, Server } from "node:http";
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { DocumentReader } from "../graphql/document-reader.js";

/** What the WebSocket endpoint needs from the product. */
export interface SocketOptions<C extends { requestId: string }> {
  server: Server;
  /** Whether the server is about to stop: then it accepts no more sockets. */
  isStopping(): boolean;
  path: string;
  /** Headers of every response, including refusals. */
  headers: ReadonlyMap<string, string>;
  schema: GraphQLSchema;
  reader: DocumentReader;
  /** Whether pages of that origin may connect; compared exactly. */
  isAllowedOrigin(origin: string): boolean;
  createContext(
    request: IncomingMessage,
    parameters: Record<string, unknown>,
    close: (code: number, reason: string) => void,
  ): Promise<C>;
  /** Whether a socket's parameters prove that it only measures how long it stays open. Nobody is signed in on it. */
  isProbe(parameters: Record<string, unknown>): boolean;
  /** Whether the caller may open a socket at all. */
  mayConnect(context: C): boolean;
  /** The session or key, which may hold five sockets. */
  holderOf(context: C): string;
  /** Charges the reading of a document to the caller's budget; throws the refusal. */
  chargeReading(context: C, query: string): Promise<{ giveBack(): Promise<unknown> }>;
  /** Charges the operation's cost to the caller's budget; throws the refusal. */
  charge(
    context: C,
    operation: {
      schema: GraphQLSchema;
      document: DocumentNode;
      operation: OperationDefinitionNode;
      variables: Record<string, unknown>;
    },
  ): Promise<unknown>;
  /** In production errors reveal nothing of the schema beyond what the document names. */
  hideHints: boolean;
  logError(error: GraphQLError, context: C): void;
  /** A subscription was accepted, or (with codes) refused. `startedAt`: by performance.now(). */
  observe(startedAt: number, codes: readonly string[] | null): void;
  /** Logs that a subscription was refused with these codes. */
  logRefusal(codes: readonly unknown[], context: C): void;
  /** Logs a failure of ours before an operation began. */
  logFailure(error: unknown): void;
  formatError(error: GraphQLError): ReturnType<GraphQLError["toJSON"]>;
}
