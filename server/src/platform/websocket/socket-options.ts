import type { IncomingMessage, Server } from "node:http";
import type { DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { DocumentReader } from "../graphql/document-reader.js";

/** What the endpoint of sockets needs of the product. */
export interface SocketOptions<C extends { requestId: string }> {
  server: Server;
  path: string;
  /** What every answer carries, a refusal too. */
  headers: ReadonlyMap<string, string>;
  schema: GraphQLSchema;
  reader: DocumentReader;
  /** Whether a page of that origin may connect; compared exactly. */
  isAllowedOrigin(origin: string): boolean;
  createContext(
    request: IncomingMessage,
    parameters: Record<string, unknown>,
    close: (code: number, reason: string) => void,
  ): Promise<C>;
  /** Whether the caller may have a socket at all. */
  mayConnect(context: C): boolean;
  /** The session or key: it may hold five sockets. */
  holderOf(context: C): string;
  /** Takes what reading a document costs from the caller's budget; throws the refusal. */
  chargeReading(context: C, query: string): Promise<{ giveBack(): Promise<unknown> }>;
  /** Takes the operation's cost from the caller's budget; throws the refusal. */
  charge(
    context: C,
    operation: {
      schema: GraphQLSchema;
      document: DocumentNode;
      operation: OperationDefinitionNode;
      variables: Record<string, unknown>;
    },
  ): Promise<unknown>;
  /** In production errors tell nothing of the schema beyond what was asked. */
  hideHints: boolean;
  logError(error: GraphQLError, context: C): void;
  /** A subscription was refused, with these codes. */
  logRefusal(codes: readonly unknown[], context: C): void;
  /** A failure of ours before an operation began. */
  logFailure(error: unknown): void;
  formatError(error: GraphQLError): ReturnType<GraphQLError["toJSON"]>;
}
